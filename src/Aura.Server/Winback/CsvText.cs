using System.Text;

namespace Aura.Server.Winback;

/// <summary>CSV as RFC 4180 has it. Text that a spreadsheet would take for a formula goes out behind an apostrophe, which is taken off when it comes back.</summary>
internal static class CsvText
{
    private const string Formulas = "=+-@\t\r";

    public static string Line(IEnumerable<string> fields) => string.Join(',', fields.Select(Quoted)) + "\r\n";

    /// <summary>Text as a cell that is text and nothing else.</summary>
    public static string Guarded(string text) => text.Length > 0 && (Formulas.Contains(text[0], StringComparison.Ordinal) || IsGuarded(text)) ? $"'{text}" : text;

    public static string Unguarded(string text) => IsGuarded(text) ? text[1..] : text;

    private static bool IsGuarded(string text) => text.Length > 1 && text[0] == '\'' && (Formulas.Contains(text[1], StringComparison.Ordinal) || text[1] == '\'');

    private static string Quoted(string field) => field.AsSpan().ContainsAny("\",\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    /// <summary>The records of a text. A quote that is never closed takes the rest.</summary>
    public static IEnumerable<List<string>> Read(string text)
    {
        var (record, field, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
            if (quoted)
                if (text[i] != '"')
                    field.Append(text[i]);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    field.Append(text[++i]);
                else
                    quoted = false;
            else if (text[i] == '"' && field.Length == 0)
                quoted = true;
            else if (text[i] == ',')
                End();
            else if (text[i] == '\n')
            {
                End();
                if (record is not [""])
                    yield return record;
                record = [];
            }
            else if (text[i] != '\r')
                field.Append(text[i]);

        if (field.Length > 0 || record.Count > 0)
        {
            End();
            yield return record;
        }

        void End()
        {
            record.Add(field.ToString());
            field.Clear();
        }
    }
}
