using Aura.Bench;

return await BenchCommand.Create().Parse(args).InvokeAsync();
