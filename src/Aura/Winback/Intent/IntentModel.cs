using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Statistics.Learning;

namespace Aura.Winback.Intent;

/// <summary>A session of the past, and whether it was bought in it or soon after.</summary>
public readonly record struct PastSession(IntentFacts Facts, bool Bought);

/// <summary>How a model does on rows that it was not fitted to, on the features of another model.</summary>
public sealed record ReferenceQuality(string Features, int Rows, double? Auc, double Brier);

/// <summary>From facts to the chance of an order: trees, and the curve that makes their scores mean what they say.</summary>
/// <param name="TrainedAt">UTC.</param>
/// <param name="TrainedOn">Whose sessions.</param>
/// <param name="Meaning">What the chance is of.</param>
/// <param name="Sessions">All, those that it was tried on included.</param>
/// <param name="Quality">On sessions that neither trees nor curve were fitted to.</param>
/// <param name="References">What the same method reaches with other features, on the same sessions.</param>
public sealed record IntentModel(
    DateTime TrainedAt, string TrainedOn, string Meaning, int Sessions, BoostedTrees Trees, IsotonicCalibration Curve, ClassifierQuality Quality, IReadOnlyList<ReferenceQuality> References)
{
    /// <summary>With fewer sessions, or fewer with or without an order, nothing is learnt.</summary>
    public const int LeastSessions = 500, LeastOfEach = 50;

    private static readonly TreeSettings Size = new(Trees: 80, Depth: 3, Rate: 0.1);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter(), new NodeConverter() } };

    /// <summary>The model that the server brings with it: see <see cref="PublicSessions"/>.</summary>
    public static IntentModel Public { get; } = OfResource();

    public IntentEstimate Estimate(IntentFacts facts)
    {
        var row = facts.ToRow();
        return new(Math.Round((decimal)(100 * Curve.Of(Trees.Score(row))), 2, MidpointRounding.AwayFromZero), facts.Reasons(Trees.Contributions(row)));
    }

    /// <summary>How this model does on sessions that it does not know.</summary>
    public ClassifierQuality On(IReadOnlyList<PastSession> sessions) =>
        ClassifierQuality.Of([.. sessions.Select(session => Curve.Of(Trees.Score(session.Facts.ToRow())))], [.. sessions.Select(session => session.Bought)]);

    /// <summary>Fits trees to the first part, their curve to the second, and tries both on the third.</summary>
    /// <exception cref="ArgumentException">A part is empty, or all of the first bought or none did.</exception>
    public static IntentModel Fit(
        DateTime trainedAt, string trainedOn, string meaning, IReadOnlyList<PastSession> learn, IReadOnlyList<PastSession> calibrate, IReadOnlyList<PastSession> judge, IReadOnlyList<ReferenceQuality>? references = null)
    {
        var (trees, curve, _) = Fit(IntentFacts.Features, Rows(learn), Rows(calibrate), []);
        IntentModel model = new(trainedAt, trainedOn, meaning, learn.Count + calibrate.Count + judge.Count, trees, curve, null!, references ?? []); // judged below
        return model with { Quality = model.On(judge) };

        static (double[], bool)[] Rows(IReadOnlyList<PastSession> sessions) => [.. sessions.Select(session => (session.Facts.ToRow(), session.Bought))];
    }

    /// <summary>The same with any features.</summary>
    /// <returns>The quality is that on the judged rows; null where there are none.</returns>
    internal static (BoostedTrees Trees, IsotonicCalibration Curve, ClassifierQuality? Quality) Fit(
        IReadOnlyList<Feature> features, (double[] Row, bool Answer)[] learn, (double[] Row, bool Answer)[] calibrate, (double[] Row, bool Answer)[] judge)
    {
        var trees = BoostedTrees.Fit(features, [.. learn.Select(row => row.Row)], [.. learn.Select(row => row.Answer)], Size);
        var curve = IsotonicCalibration.Fit([.. calibrate.Select(row => trees.Score(row.Row))], [.. calibrate.Select(row => row.Answer)]);
        return (trees, curve, judge.Length == 0 ? null : ClassifierQuality.Of([.. judge.Select(row => curve.Of(trees.Score(row.Row)))], [.. judge.Select(row => row.Answer)]));
    }

    /// <summary>A tree a line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json).Replace("]],[[", "]],\n[[", StringComparison.Ordinal);

    public static IntentModel OfJson(string json) => JsonSerializer.Deserialize<IntentModel>(json, Json) ?? throw new JsonException("There is no model.");

    private static IntentModel OfResource()
    {
        using var stream = typeof(IntentModel).Assembly.GetManifestResourceStream("intent-model.json")!; // part of the assembly
        return OfJson(new StreamReader(stream).ReadToEnd());
    }

    /// <summary>A node as six numbers.</summary>
    private sealed class NodeConverter : JsonConverter<TreeNode>
    {
        public override TreeNode Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<double[]>(ref reader) is [var feature, var threshold, var left, var right, var unknown, var value]
                ? new((int)feature, threshold, (int)left, (int)right, unknown != 0, value)
                : throw new JsonException("A node has six numbers.");

        public override void Write(Utf8JsonWriter writer, TreeNode node, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, (double[])[node.Feature, node.Threshold, node.Left, node.Right, node.UnknownLeft ? 1 : 0, node.Value]);
    }
}
