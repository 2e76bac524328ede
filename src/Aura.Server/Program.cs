using Aura;
using Aura.Persistence;
using Aura.Server;

var options = ServerOptions.FromEnvironment();
await using (var source = AuraServices.DataSource(options.Database!))
    await Migrator.Migrate(source, default);
var app = AuraServer.Build(options, options.Database!);
var keys = await FirstAccount.Ensure(app.Services, options, default);
Console.WriteLine($"{options.Url} {keys}");
await app.RunAsync();
