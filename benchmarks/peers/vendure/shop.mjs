// Vendure's shop API, as its storefronts use it.
const order = "... on Order { id code state totalWithTax }";
const failure = "... on ErrorResult { errorCode message }";
const variants = Number(process.env.PRODUCTS ?? 2000) * 3;

const shown = "id name slug description variants { id name sku priceWithTax currencyCode stockLevel options { code name } }";
const products = variants / 3;

export const reads = {
  product: () => Array.from({ length: 1000 }, (_, i) => post(`{ product(id: ${1 + (i * 31) % products}) { ${shown} } }`)),
  list: () => Array.from({ length: 30 }, (_, i) => post(`{ products(options: { take: 50, skip: ${50 * i} }) { totalItems items { ${shown} } } }`)),
};

function post(query) {
  return { method: "POST", path: "/shop-api", body: JSON.stringify({ query }) };
}

export async function buy(send, number, email) {
  let token;
  const ask = async (query, variables) => {
    const { body, headers } = await send("POST", "/shop-api", token ? { Authorization: `Bearer ${token}` } : {}, { query, variables });
    token ??= headers["vendure-auth-token"];
    const answer = body.data && Object.values(body.data)[0];
    if (body.errors || answer?.errorCode) throw new Error(JSON.stringify(body));
    return answer;
  };
  for (let line = 0; line < 3; line++)
    await ask(`mutation ($id: ID!) { addItemToOrder(productVariantId: $id, quantity: 1) { ${order} ${failure} } }`, { id: 1 + ((number * 3 + line) * 31) % variants });
  await ask(`mutation ($email: String!) { setCustomerForOrder(input: { firstName: "Jane", lastName: "Doe", emailAddress: $email }) { ${order} ${failure} } }`, { email });
  await ask(`mutation { setOrderShippingAddress(input: { fullName: "Jane Doe", streetLine1: "1 Main St", city: "Springfield", postalCode: "62701", countryCode: "US" }) { ${order} ${failure} } }`);
  const methods = await ask("{ eligibleShippingMethods { id } }");
  await ask(`mutation ($id: [ID!]!) { setOrderShippingMethod(shippingMethodId: $id) { ${order} ${failure} } }`, { id: [methods[0].id] });
  await ask(`mutation { transitionOrderToState(state: "ArrangingPayment") { ${order} ${failure} } }`);
  const paid = await ask(`mutation { addPaymentToOrder(input: { method: "dummy", metadata: {} }) { ${order} ${failure} } }`);
  if (paid.state !== "PaymentSettled") throw new Error(`The order is ${paid.state}.`);
}
