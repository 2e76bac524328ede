using System.Text;
using Microsoft.Net.Http.Headers;

namespace Aura.Server.Http;

/// <summary>Refuses bodies in a charset that there is not; the framework trips over it while it reads them.</summary>
internal sealed class Charsets(RequestDelegate next)
{
    public Task Invoke(HttpContext http) =>
        http.Request.ContentType is { } type && type.Contains("charset", StringComparison.OrdinalIgnoreCase) && !IsReadable(type)
            ? throw new BadHttpRequestException("The charset is unknown.", StatusCodes.Status415UnsupportedMediaType)
            : next(http);

    private static bool IsReadable(string type)
    {
        if (!MediaTypeHeaderValue.TryParse(type, out var said) || said.Charset.Length == 0)
            return true;
        try
        {
            return Encoding.GetEncoding(HeaderUtilities.RemoveQuotes(said.Charset).ToString()) is not null;
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException) // the latter for utf-7
        {
            return false;
        }
    }
}
