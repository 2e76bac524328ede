using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Aura.Connectors.Language;

/// <summary>A language model behind any endpoint that speaks OpenAI's chat completions. Source: OpenAI, "Chat Completions API"; the same at vLLM, Ollama, llama.cpp.</summary>
public sealed class ChatModel : IDisposable
{
    /// <summary>For one answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private const int MaxAnswer = 256 * 1024;

    private readonly HttpClient http;

    public ChatModel(OutboundAddresses addresses, TimeSpan? timeout = null) =>
        http = new(addresses.Handler()) { Timeout = timeout ?? Timeout, MaxResponseContentBufferSize = MaxAnswer };

    /// <param name="address">Such as <c>https://api.openai.com/v1/</c>, with a slash at its end.</param>
    /// <param name="system">What the model is to do.</param>
    /// <param name="user">With what.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="ModelException">It cannot be reached, refuses, or answers something else.</exception>
    public async Task<string> Answer(Uri address, string key, string model, string system, string user, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "chat/completions"))
        {
            Content = JsonContent.Create(new { model, messages = new[] { new { role = "system", content = system }, new { role = "user", content = user } }, temperature = 0.7 }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using (request)
            using (var response = await http.SendAsync(request, cancellation))
            {
                var body = await response.Content.ReadAsStringAsync(cancellation);
                if (!response.IsSuccessStatusCode)
                    throw new ModelException($"The model's endpoint answered {(int)response.StatusCode}.");
                using var answer = JsonDocument.Parse(body);
                return answer.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? throw new ModelException("The model said nothing.");
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ModelException("The model did not answer in time.");
        }
        catch (HttpRequestException failure)
        {
            throw new ModelException($"The model cannot be reached: {(failure.InnerException ?? failure).Message}");
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new ModelException("The model's answer cannot be read.");
        }
    }

    public void Dispose() => http.Dispose();
}

/// <summary>A model gave no answer that can be used.</summary>
public sealed class ModelException(string message) : Exception(message);
