using Aura.Server.Cli;

return await AuraCommand.Run(args);
