using System.Linq.Expressions;
using System.Reflection;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Http.Lists;

/// <summary>Small pieces of LINQ expressions, with values captured so that they become parameters and plans are kept.</summary>
internal static class Expressions
{
    private static readonly MethodInfo ILikeMethod = typeof(NpgsqlDbFunctionsExtensions).GetMethod(
        nameof(NpgsqlDbFunctionsExtensions.ILike), [typeof(DbFunctions), typeof(string), typeof(string), typeof(string)])!; // is there

    public static Expression Captured<TValue>(TValue value) =>
        Expression.Property(Expression.Constant(new Box<TValue>(value)), nameof(Box<TValue>.Value));

    public static Expression ILike(Expression text, string pattern) =>
        Expression.Call(ILikeMethod, Expression.Constant(EF.Functions), text, Captured(pattern), Expression.Constant(Escape));

    public static Expression In<TValue>(Expression field, List<TValue> values) =>
        Expression.Call(Captured(values), typeof(List<TValue>).GetMethod(nameof(List<>.Contains), [typeof(TValue)])!, field); // lists have it

    public static Expression<Func<T, bool>> Not<T>(Expression<Func<T, bool>> condition) =>
        Expression.Lambda<Func<T, bool>>(Expression.Not(condition.Body), condition.Parameters);

    public static Expression<Func<T, bool>> MetadataIs<T>(Expression<Func<T, Dictionary<string, string>>> metadata, string key, string value)
    {
        var wanted = new Dictionary<string, string> { [key] = value };
        Expression<Func<Dictionary<string, string>, bool>> contains = pairs => EF.Functions.JsonContains(pairs, wanted);
        return Expression.Lambda<Func<T, bool>>(Bind(contains, metadata.Body), metadata.Parameters);
    }

    /// <summary>The body of a lambda with its parameter replaced.</summary>
    public static Expression Bind(LambdaExpression lambda, Expression argument) =>
        new Replacing(lambda.Parameters[0], argument).Visit(lambda.Body);

    /// <summary>The escape character of <see cref="Literal"/>. It has to be given to LIKE: without, EF Core says that there is none.</summary>
    public const string Escape = @"\";

    /// <summary>Text that LIKE takes for itself.</summary>
    public static string Literal(string text) => text.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_");

    private sealed class Replacing(ParameterExpression parameter, Expression argument) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? argument : node;
    }

    private sealed record Box<TValue>(TValue Value);
}
