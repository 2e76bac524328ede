using Aura.Catalog;
using Aura.Connectors.Shops;

namespace Aura.ProductFiles;

/// <summary>What becomes of the rows of one step through a file: each has one outcome, and warnings beside it.</summary>
internal sealed class ItemResult
{
    private readonly SortedDictionary<long, Line> lines = [];
    private readonly List<ShopProblem> warnings = [];
    private string? key;
    private string? externalId;
    private ImportCounts products = new();

    public ItemResult(ShopItem item)
    {
        Item = item;
        foreach (var row in item.Rows)
            lines[row.Number] = new() { Outcome = row.Use == ShopRowUse.Empty ? RowOutcome.Skipped : RowOutcome.Unchanged };
        foreach (var problem in item.Problems)
            if (problem.Rejects)
                Reject(problem.Row, problem.Column, problem.Message);
            else
                warnings.Add(problem);
    }

    public ShopItem Item { get; }

    /// <summary>Whether something is left that was neither empty nor rejected.</summary>
    public bool IsTaken => lines.Values.Any(line => line.Outcome is not (RowOutcome.Skipped or RowOutcome.Rejected));

    public void Warn(long row, string? column, string message) => warnings.Add(new(row, column, message, false));

    public void Reject(long row, string? column, string message)
    {
        var line = lines[row];
        (line.Column, line.Message) = line.Outcome == RowOutcome.Rejected ? (line.Column, $"{line.Message} {message}") : (column, message);
        (line.Outcome, line.Product, line.Variant) = (RowOutcome.Rejected, null, null);
    }

    /// <summary>Rejects every row that is not empty or rejected already.</summary>
    public void RejectRest(string? column, string message)
    {
        foreach (var (row, line) in lines)
            if (line.Outcome is not (RowOutcome.Skipped or RowOutcome.Rejected))
                Reject(row, column, message);
        products = new();
    }

    public void Identify(string itsKey, string? itsExternalId) => (key, externalId) = (itsKey, itsExternalId);

    public void Take(long row, RowOutcome outcome, Product product, Variant? variant)
    {
        if (lines[row] is { Outcome: not (RowOutcome.Skipped or RowOutcome.Rejected) } line)
            (line.Outcome, line.Product, line.Variant) = (outcome, product, variant);
    }

    public void Count(ImportCounts more) => products += more;

    public ImportCounts Counts() => products + new ImportCounts
    {
        Created = Of(RowOutcome.Created),
        Updated = Of(RowOutcome.Updated),
        Unchanged = Of(RowOutcome.Unchanged),
        Skipped = Of(RowOutcome.Skipped),
        Rejected = Of(RowOutcome.Rejected),
        Warnings = warnings.Count,
    };

    /// <param name="kept">False: what was created does not exist, so it has no id.</param>
    public IEnumerable<ImportRow> Rows(bool kept)
    {
        var leads = true;
        foreach (var (number, line) in lines)
        {
            var taken = line.Outcome is not (RowOutcome.Skipped or RowOutcome.Rejected);
            var exists = kept || line.Outcome != RowOutcome.Created;
            yield return new()
            {
                Number = number,
                Outcome = line.Outcome,
                ProductId = exists ? line.Product?.Id : null,
                VariantId = exists ? line.Variant?.Id : null,
                Key = taken && leads ? key : null,
                ExternalId = taken && leads ? externalId : null,
                ColumnName = line.Column,
                Message = line.Message,
            };
            leads &= !taken;
        }

        foreach (var warning in warnings)
            yield return new() { Number = warning.Row, Outcome = RowOutcome.Warning, ColumnName = warning.Column, Message = warning.Message };
    }

    private long Of(RowOutcome outcome) => lines.Values.Count(line => line.Outcome == outcome);

    private sealed class Line
    {
        public RowOutcome Outcome { get; set; }
        public string? Column { get; set; }
        public string? Message { get; set; }
        public Product? Product { get; set; }
        public Variant? Variant { get; set; }
    }
}
