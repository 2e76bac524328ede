using BenchmarkDotNet.Running;

// dotnet run -c Release --project benchmarks/Aura.Benchmarks -- --filter '*' --job short
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
