namespace Aura;

/// <summary>A field of a partial update: absent (leave it) or given, perhaps as null (clear it).</summary>
public readonly record struct Change<T>
{
    private readonly T value;

    public Change(T value) => (this.value, IsGiven) = (value, true);

    public bool IsGiven { get; }

    /// <summary>The given value, or what there was.</summary>
    public T Or(T current) => IsGiven ? value : current;

    /// <summary>Does something with the value where it is given.</summary>
    public void Apply(Action<T> change)
    {
        if (IsGiven)
            change(value);
    }

    public static implicit operator Change<T>(T value) => new(value);

    public override string ToString() => IsGiven ? $"{value}" : "(unchanged)";
}
