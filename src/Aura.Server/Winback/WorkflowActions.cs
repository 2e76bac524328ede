using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;
using Aura.Winback.Recovery;

namespace Aura.Server.Winback;

/// <summary>An action as it is written where its name alone does not say all.</summary>
/// <param name="DelayMinutes">After the last activity in the cart.</param>
/// <param name="Minutes">Of a wait: how long.</param>
internal sealed record WorkflowAction(
    string Type, int? DelayMinutes = null, decimal? DelayHours = null, int? Minutes = null, decimal? Hours = null, string? TemplateId = null,
    decimal? DiscountPercent = null, string? PromotionId = null, int? ValidHours = null, string? IncentiveId = null);

/// <summary>The actions of a workflow: <c>"send_email"</c>, or an object that says when and what.</summary>
internal static class WorkflowActions
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <exception cref="Refused">422 for what is no action.</exception>
    public static WorkflowPlan ToPlan(IReadOnlyList<JsonElement> actions) => new([.. actions.Select((action, index) => ToStep(action, $"Actions[{index}]"))]);

    /// <exception cref="Refused">422 for what is no action.</exception>
    public static WorkflowStep ToStep(JsonElement action, string field)
    {
        var said = Said(action, field);
        if (!Words<StepType>.TryParse(said.Type, out var type))
            throw Refused.Invalid(field, $"'{said.Type}' is no action. There are: {string.Join(", ", Words<StepType>.All)}.");
        var minutes = type == StepType.Wait ? said.Minutes ?? Minutes(said.Hours) ?? said.DelayMinutes ?? Minutes(said.DelayHours) : said.DelayMinutes ?? Minutes(said.DelayHours);
        return new(type, minutes ?? 0)
        {
            Template = said.TemplateId,
            Percent = said.DiscountPercent,
            PromotionId = said.PromotionId is null ? null : Id<Aura.Promotions.Promotion>.ToNumber(said.PromotionId) ?? throw Refused.Invalid($"{field}.PromotionId", "There is no such promotion."),
            IncentiveId = said.IncentiveId is null ? null : Id<Aura.Winback.Incentives.Incentive>.ToNumber(said.IncentiveId) ?? throw Refused.Invalid($"{field}.IncentiveId", "There is no such incentive."),
            ValidHours = said.ValidHours,
        };
    }

    /// <summary>As it would be written to get the same.</summary>
    public static object Shown(WorkflowStep step)
    {
        var shown = new WorkflowAction(
            Words<StepType>.Of(step.Type), step.Type == StepType.Wait || step.DelayMinutes == 0 ? null : step.DelayMinutes, null, step.Type == StepType.Wait ? step.DelayMinutes : null, null,
            step.Template, step.Percent, step is { PromotionId: { } promotion } ? $"{new Id<Aura.Promotions.Promotion>(promotion)}" : null, step.ValidHours,
            step is { IncentiveId: { } incentive } ? $"{new Id<Aura.Winback.Incentives.Incentive>(incentive)}" : null);
        return shown == new WorkflowAction(shown.Type) || step is { Type: StepType.ApplyDiscount, Percent: null, ValidHours: null, IncentiveId: null, DelayMinutes: 0 } ? shown.Type : JsonSerializer.SerializeToElement(shown, Json);
    }

    /// <summary><c>immediate</c>, or a duration such as <c>PT2H</c>.</summary>
    /// <returns>Minutes.</returns>
    public static int ToMinutes(string schedule)
    {
        if (schedule.Equals("immediate", StringComparison.OrdinalIgnoreCase))
            return 0;
        try
        {
            return XmlConvert.ToTimeSpan(schedule) is { TotalMinutes: >= 0 and <= WorkflowStep.LongestMinutes } wait ? (int)wait.TotalMinutes : throw Wrong();
        }
        catch (FormatException)
        {
            throw Wrong();
        }

        static Refused Wrong() => Refused.Invalid("Schedule", "Must be 'immediate' or a duration of at most 60 days, such as PT2H.");
    }

    public static string ScheduleOf(int minutes) => minutes == 0 ? "immediate" : XmlConvert.ToString(TimeSpan.FromMinutes(minutes));

    private static WorkflowAction Said(JsonElement action, string field)
    {
        try
        {
            return action.ValueKind == JsonValueKind.String ? new(action.GetString() ?? "") : action.Deserialize<WorkflowAction>(Json) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw Refused.Invalid(field, "Must be the name of an action, or an object with type, delayMinutes or delayHours (of a wait minutes or hours), templateId, discountPercent, promotionId, incentiveId, validHours.");
        }
    }

    private static int? Minutes(decimal? hours) => hours is null ? null : (int)Math.Round(Math.Clamp(hours.Value, -1, WorkflowStep.LongestMinutes) * 60, MidpointRounding.AwayFromZero);
}
