using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Messages;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback.Porting;

/// <summary>Everything that can be carried, in the order in which it must come in: campaigns name segments.</summary>
internal static class Portables
{
    public static IReadOnlyList<IPortable> All { get; } = [new PortableSegments(), new PortableCampaigns(), new PortableWorkflows()];
}

internal sealed class PortableSegments : IPortable
{
    public string Name => "segments";
    public IReadOnlyList<string> Columns { get; } = ["id", "name", "description", "minOrders", "maxOrders", "minSpent", "maxSpent", "orderedWithinDays", "notOrderedForDays"];

    public async IAsyncEnumerable<JsonObject> Rows(AuraDb db, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var segment in db.CustomerSegments.InPages(cancellation: cancellation))
            yield return new()
            {
                ["id"] = $"{new Id<CustomerSegment>(segment.Id)}", ["name"] = segment.Name, ["description"] = segment.Description, ["minOrders"] = segment.Rule.MinOrders,
                ["maxOrders"] = segment.Rule.MaxOrders, ["minSpent"] = segment.Rule.MinSpent, ["maxSpent"] = segment.Rule.MaxSpent,
                ["orderedWithinDays"] = segment.Rule.OrderedWithinDays, ["notOrderedForDays"] = segment.Rule.NotOrderedForDays,
            };
    }

    public async Task<bool> Take(PortedRow row, AuraDb db, CancellationToken cancellation)
    {
        var (id, name) = (Id<CustomerSegment>.ToNumber(row.Text("id")) ?? 0, row.Demand("name"));
        var rule = new SegmentRule(
            row.Whole("minOrders"), row.Whole("maxOrders"), row.Number("minSpent"), row.Number("maxSpent"), row.Whole("orderedWithinDays"), row.Whole("notOrderedForDays"));
        var wanted = CustomerSegment.Create(name, row.Text("description"), rule);
        var known = await db.CustomerSegments.FirstOrDefaultAsync(s => s.Id == id, cancellation) ?? await db.CustomerSegments.FirstOrDefaultAsync(s => s.Name == wanted.Name, cancellation);
        if (known is null)
            db.CustomerSegments.Add(wanted);
        else if ((known.Name, known.Description, known.Rule) == (wanted.Name, wanted.Description, wanted.Rule))
            return false;
        else
        {
            known.Rename(name);
            known.Explain(row.Text("description"));
            known.Choose(rule);
        }

        await db.SaveChangesAsync(cancellation);
        return true;
    }
}

internal sealed class PortableCampaigns : IPortable
{
    public string Name => "campaigns";
    public IReadOnlyList<string> Columns { get; } = ["id", "name", "channels", "templateId", "segment", "personalizations", "status", "scheduledAt", "sentAt", "queued"];

    public async IAsyncEnumerable<JsonObject> Rows(AuraDb db, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var segments = new Dictionary<long, string>();
        await foreach (var campaign in db.Campaigns.InPages(cancellation: cancellation))
        {
            if (campaign.SegmentId is { } segment && !segments.ContainsKey(segment))
                segments[segment] = await db.CustomerSegments.Where(s => s.Id == segment).Select(s => s.Name).FirstAsync(cancellation);
            yield return new()
            {
                ["id"] = $"{new Id<Campaign>(campaign.Id)}", ["name"] = campaign.Name, ["channels"] = new JsonArray([.. campaign.Channels.Select(channel => (JsonNode)channel)]),
                ["templateId"] = campaign.Template, ["segment"] = campaign.SegmentId is { } aimed ? segments[aimed] : null, ["personalizations"] = JsonObject.Create(campaign.Values.RootElement),
                ["status"] = Words<CampaignStatus>.Of(campaign.Status), ["scheduledAt"] = campaign.ScheduledAt, ["sentAt"] = campaign.SentAt, ["queued"] = campaign.Queued,
            };
        }
    }

    /// <summary>Comes in as a draft, whatever it was: nobody is written to by an import. One that is there stays as it is, for it may have been sent.</summary>
    public async Task<bool> Take(PortedRow row, AuraDb db, CancellationToken cancellation)
    {
        var (id, name) = (Id<Campaign>.ToNumber(row.Text("id")) ?? 0, row.Demand("name").Trim());
        if (await db.Campaigns.AnyAsync(c => c.Id == id || c.Name == name, cancellation))
            return false;
        var channels = row.Words("channels").Select(word => Words<Channel>.TryParse(word, out var channel) ? channel : throw Refused.Invalid("channels", $"Must be some of {string.Join(", ", Words<Channel>.All)}.")).ToList();
        var campaign = Campaign.Create(name, channels, await db.Template(row.Demand("templateId"), cancellation));
        campaign.AimAt(row.Text("segment") is { } segment ? await SegmentOf(segment, db, cancellation) : null, []);
        campaign.Carry(row.Object("personalizations").ToDictionary(pair => pair.Key, pair => (object?)pair.Value));
        db.Campaigns.Add(campaign);
        await db.SaveChangesAsync(cancellation);
        return true;
    }

    private static async Task<long> SegmentOf(string name, AuraDb db, CancellationToken cancellation) =>
        await db.CustomerSegments.Where(s => s.Name == name.ToLowerInvariant()).Select(s => (long?)s.Id).FirstOrDefaultAsync(cancellation) ?? throw Refused.Invalid("segment", $"There is no segment '{name}'.");
}

internal sealed class PortableWorkflows : IPortable
{
    public string Name => "workflows";
    public IReadOnlyList<string> Columns { get; } = ["id", "name", "triggers", "actions", "schedule", "priority", "cooldownHours", "holdoutPercent", "status"];

    public async IAsyncEnumerable<JsonObject> Rows(AuraDb db, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var workflow in RecoveryWorkflows.Of(db).InPages(cancellation: cancellation))
            yield return Shown(workflow);
    }

    /// <summary>A new one comes in paused: it begins when somebody has looked at it.</summary>
    public async Task<bool> Take(PortedRow row, AuraDb db, CancellationToken cancellation)
    {
        var (id, name) = (Id<RecoveryWorkflow>.ToNumber(row.Text("id")) ?? 0, row.Demand("name").Trim());
        var known = await RecoveryWorkflows.Of(db).FirstOrDefaultAsync(w => w.Id == id, cancellation) ?? await RecoveryWorkflows.Of(db).OrderBy(w => w.Id).FirstOrDefaultAsync(w => w.Name == name, cancellation);
        var before = known is null ? null : Shown(known).ToJsonString();
        var plan = WorkflowActions.ToPlan([.. row.List("actions").Select(action => JsonSerializer.SerializeToElement(action))]);
        var workflow = known ?? RecoveryWorkflow.Create(name, row.Words("triggers"), plan);
        if (known is null)
            workflow.Pause();
        workflow.Rename(name);
        workflow.Await(row.Words("triggers"));
        workflow.Do(plan);
        workflow.Start(WorkflowActions.ToMinutes(row.Text("schedule") ?? "immediate"));
        workflow.Compete(row.Whole("priority") ?? 0, row.Whole("cooldownHours") ?? RecoveryWorkflow.UsualCooldownHours, row.Number("holdoutPercent") ?? 0);
        if (Shown(workflow).ToJsonString() == before)
            return false;
        await db.PrepareOffers(workflow, cancellation);
        if (known is null)
            db.Add(workflow);
        await db.SaveChangesAsync(cancellation);
        return true;
    }

    /// <summary>The promotion that was made for a discount stays behind: the other shop makes its own.</summary>
    private static JsonNode? Shown(WorkflowStep step)
    {
        var action = JsonSerializer.SerializeToNode(WorkflowActions.Shown(step));
        if (action is JsonObject thing && thing.ContainsKey("discountPercent"))
            thing.Remove("promotionId");
        return action;
    }

    private static JsonObject Shown(RecoveryWorkflow workflow) => new()
    {
        ["id"] = $"{new Id<RecoveryWorkflow>(workflow.Id)}", ["name"] = workflow.Name, ["triggers"] = new JsonArray([.. workflow.Triggers.Select(trigger => (JsonNode)trigger)]),
        ["actions"] = new JsonArray([.. workflow.Plan.Steps.Select(Shown)]),
        ["schedule"] = WorkflowActions.ScheduleOf(workflow.StartsAfterMinutes), ["priority"] = workflow.Priority, ["cooldownHours"] = workflow.CooldownHours,
        ["holdoutPercent"] = workflow.HoldoutPercent, ["status"] = Words<WorkflowStatus>.Of(workflow.Status),
    };
}
