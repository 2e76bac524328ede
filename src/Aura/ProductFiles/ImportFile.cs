using System.Security.Cryptography;
using Aura.Connectors.Shops;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.ProductFiles;

/// <summary>The file of an import, kept in the database in pieces until it is finished: any server can go on with it.</summary>
public static class ImportFile
{
    internal const int ChunkSize = 1024 * 1024;

    /// <summary>Receives a file piece by piece, each in a transaction of its own: a slow upload holds nobody up. Then it can be queued or run.</summary>
    /// <param name="format">Null: told by the header.</param>
    /// <exception cref="Refused">422 for a file that is no product file, or not of that format; 413 for one over 512 MiB.</exception>
    public static async Task<ProductImport> Receive(
        this AuraDb db, Stream content, string fileName, ProductFileFormat? format, bool dryRun, CancellationToken cancellation)
    {
        var chunk = new byte[ChunkSize];
        var read = await Fill(chunk, content, cancellation);
        var detected = await Recognise(chunk.AsMemory(0, read), format, cancellation);
        var import = ProductImport.Of(fileName.Beginning(255));
        db.Imports.Add(import);
        await db.SaveChangesAsync(cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var size = 0L;
        for (var number = 0; read > 0; number++, read = await Fill(chunk, content, cancellation))
        {
            if ((size += read) > ProductImport.MaxSize)
                throw new Refused(Refusal.TooLarge, null, $"A product file has at most {ProductImport.MaxSize >> 20} MiB.");
            hash.AppendData(chunk, 0, read);
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO import_chunks (tenant_id, import_id, number, content) VALUES ({db.Tenant}, {import.Id}, {number}, {chunk[..read]})", cancellation);
        }

        import.Receive(detected, size, Convert.ToHexStringLower(hash.GetHashAndReset()), dryRun);
        await db.SaveChangesAsync(cancellation);
        return import;
    }

    internal static Stream Open(AuraDb db, ProductImport import) => new Chunks(db, import.Id, import.Size);

    /// <summary>By hand: megabytes need not become entities to be deleted.</summary>
    internal static Task Forget(AuraDb db, ProductImport import, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"DELETE FROM import_chunks WHERE tenant_id = {db.Tenant} AND import_id = {import.Id}", cancellation);

    /// <summary>Whether the file is still there to be gone on with.</summary>
    public static async Task<bool> IsKept(AuraDb db, ProductImport import, CancellationToken cancellation) =>
        (await db.Database.SqlQuery<int>($"SELECT number AS \"Value\" FROM import_chunks WHERE tenant_id = {db.Tenant} AND import_id = {import.Id} AND number = 0")
            .ToListAsync(cancellation)).Count > 0;

    internal static Refused Unreadable(string why) => Refused.Rule("unreadable_file", why);

    private static ValueTask<int> Fill(byte[] chunk, Stream content, CancellationToken cancellation) =>
        content.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellation);

    private static async Task<ProductFileFormat> Recognise(ReadOnlyMemory<byte> beginning, ProductFileFormat? wanted, CancellationToken cancellation)
    {
        if (beginning.IsEmpty)
            throw Unreadable("The file is empty.");
        if (beginning.Span is [0x1f, 0x8b, ..] or [(byte)'P', (byte)'K', ..])
            throw Unreadable("The file is packed. Unpack it, and send the CSV itself.");
        using var stream = new MemoryStream(beginning.ToArray());
        ProductFileFormat? found = await ShopFile.Detect(stream, cancellation) switch
        {
            ShopFormat.Shopify => ProductFileFormat.Shopify,
            ShopFormat.WooCommerce => ProductFileFormat.Woocommerce,
            _ => null,
        };
        if (found is null)
            throw Unreadable("The file is neither a Shopify nor a WooCommerce product CSV: its first line does not have the columns of either.");
        return wanted is null || wanted == found
            ? found.Value
            : throw Unreadable($"The file is a {Words<ProductFileFormat>.Of(found.Value)} product CSV, not one of {Words<ProductFileFormat>.Of(wanted.Value)}.");
    }

    /// <summary>Reads the pieces one after the other, on the connection of the context.</summary>
    private sealed class Chunks(AuraDb db, long importId, long size) : Stream
    {
        private byte[] chunk = [];
        private int number = -1;
        private long position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => size;
        public override long Position { get => position; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (position >= size)
                return 0;
            await Turn((int)(position / ChunkSize), cancellationToken);
            var rest = chunk.AsMemory((int)(position % ChunkSize));
            var read = Math.Min(rest.Length, buffer.Length);
            rest[..read].CopyTo(buffer);
            position += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reading is asynchronous here.");
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private async Task Turn(int to, CancellationToken cancellation)
        {
            if (number == to)
                return;
            var found = await db.Database.SqlQuery<byte[]>(
                $"SELECT content AS \"Value\" FROM import_chunks WHERE tenant_id = {db.Tenant} AND import_id = {importId} AND number = {to}").ToListAsync(cancellation);
            (chunk, number) = (found is [var content] ? content : throw Refused.Conflict("file_gone", "The file of this import is no longer kept. Send it again."), to);
        }
    }
}
