namespace Aura;

/// <summary>Where a thing goes or a bill is sent. Copied onto orders, never referred to by them.</summary>
public sealed record Address
{
    public string? Name { get; init; }
    public string? Company { get; init; }
    public string Line1 { get; init; } = "";
    public string? Line2 { get; init; }
    public string City { get; init; } = "";

    /// <summary>State, province or region; for tax its code without the country (CA, not US-CA).</summary>
    public string? State { get; init; }

    public string? Zip { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string Country { get; init; } = "";

    public string? Phone { get; init; }
}
