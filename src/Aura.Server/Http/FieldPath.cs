namespace Aura.Server.Http;

/// <summary>Where in a body a rule was broken: an entity knows its own fields, not which item of a list it was made from.</summary>
internal static class FieldPath
{
    /// <param name="path">In C# spelling: <c>Variants[0]</c>.</param>
    /// <exception cref="Refused">What the work refuses, with its fields below the path.</exception>
    public static T At<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Refused refused) when (refused.Fields.Count > 0)
        {
            throw new Refused(refused.Kind, refused.Code, refused.Message)
            {
                Fields = [.. refused.Fields.Select(error => error with { Field = $"{path}.{error.Field}" })],
                Facts = refused.Facts,
            };
        }
    }
}
