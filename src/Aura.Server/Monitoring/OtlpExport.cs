using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Aura.Server.Monitoring;

/// <summary>Sends the spans of traced requests to a collector as well (OTLP over HTTP, protobuf).</summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly TracerProvider provider;

    /// <param name="endpoint">Of the collector, such as <c>http://localhost:4318</c>; <c>/v1/traces</c> is added where there is no path.</param>
    public OtlpExport(Uri endpoint) => provider = Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.AddService("aura", serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}"))
        .AddSource(Tracing.SourceName, "Npgsql")
        .SetSampler(new WhatIsTraced())
        .AddOtlpExporter(otlp => (otlp.Endpoint, otlp.Protocol) = (endpoint.AbsolutePath == "/" ? new Uri(endpoint, "v1/traces") : endpoint, OtlpExportProtocol.HttpProtobuf))
        .Build();

    /// <summary>Sends what waits.</summary>
    public void Flush() => provider.ForceFlush(5_000);

    public void Dispose() => provider.Dispose();

    /// <summary>Begins nothing of its own: a request is traced or not, see <see cref="Watched"/>.</summary>
    private sealed class WhatIsTraced : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(
            samplingParameters.Kind == ActivityKind.Server || samplingParameters.ParentContext.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
