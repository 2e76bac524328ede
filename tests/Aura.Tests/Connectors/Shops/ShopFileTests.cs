using System.IO.Compression;
using System.Text;
using Aura.Connectors.Shops;
using static Aura.Tests.Connectors.Shops.ShopTexts;

namespace Aura.Tests.Connectors.Shops;

public sealed class ShopFileTests
{
    [Theory]
    [InlineData("Handle,Title,Body (HTML),Vendor,Type,Tags,Published", ShopFormat.Shopify)]
    [InlineData("Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU", ShopFormat.Shopify)]
    [InlineData("\uFEFFhandle;title;variant price", ShopFormat.Shopify)]
    [InlineData("ID,Type,SKU,Name,Published,Is featured?", ShopFormat.WooCommerce)]
    [InlineData("Type,Name,Regular price", ShopFormat.WooCommerce)]
    [InlineData("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", ShopFormat.OnlineRetail)]
    [InlineData("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", ShopFormat.OnlineRetail)]
    [InlineData("item_id,name,category,price", ShopFormat.Unknown)]
    [InlineData("", ShopFormat.Unknown)]
    public async Task The_header_tells_the_format(string header, ShopFormat format)
    {
        using var plain = Stream(header + "\n");
        Assert.Equal(format, await ShopFile.Detect(plain));
        Assert.Equal(0, plain.Position);

        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(header + "\n"));
        packed.Position = 0;
        Assert.Equal(format, await ShopFile.Detect(packed));
    }

    [Fact]
    public async Task Another_catalogue_is_not_taken_for_a_shop_file()
    {
        if (Data("catalog/ikea_sa_furniture.csv") is not { } path)
            return;
        await using var stream = File.OpenRead(path);
        Assert.Equal(ShopFormat.Unknown, await ShopFile.Detect(stream));
        Assert.Throws<UnreadableShopFile>(() => ShopFile.Read(ShopFormat.Unknown, stream));
    }
}
