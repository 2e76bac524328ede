namespace Aura.Tests;

/// <summary>Tests that run one after the other when all others are done.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
