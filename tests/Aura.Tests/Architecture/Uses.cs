using System.Reflection;
using System.Reflection.Emit;

namespace Aura.Tests.Architecture;

/// <summary>The types that a type names: in its signatures and, by reading its IL, in its method bodies.</summary>
internal static class Uses
{
    private const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value); // static fields have values

    public static IEnumerable<Type> Of(Type type) => type.GetMembers(Own)
        .SelectMany(member => Signature(member).Concat(member is MethodBase method ? Body(method).SelectMany(Signature) : []))
        .Concat(type.GetInterfaces())
        .Append(type.BaseType)
        .OfType<Type>()
        .SelectMany(Parts)
        .Distinct();

    private static IEnumerable<Type?> Signature(MemberInfo? member) => member switch
    {
        FieldInfo field => [field.FieldType, field.DeclaringType],
        MethodBase method => [
            method.DeclaringType,
            (method as MethodInfo)?.ReturnType,
            .. method.GetParameters().Select(parameter => parameter.ParameterType),
            .. method.IsGenericMethod ? method.GetGenericArguments() : []],
        Type type => [type],
        _ => [],
    };

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.GenericTypeArguments.SelectMany(Parts).Prepend(type); // it has one

    private static IEnumerable<MemberInfo?> Body(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < il.Length;)
        {
            var code = OpCodesByValue[il[at] == 0xFE ? (short)(0xFE00 | il[at + 1]) : il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return method.Module.ResolveMember(
                    BitConverter.ToInt32(il, at),
                    method.DeclaringType is { IsGenericType: true } owner ? owner.GetGenericArguments() : null,
                    method.IsGenericMethod ? method.GetGenericArguments() : null);
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }
}
