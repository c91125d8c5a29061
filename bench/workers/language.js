// Computations that use one part of the language each. `/NAME` runs one, some tens of milliseconds long, and answers a
// number that depends on all that it did.

const kWords = "the quick brown fox jumps over the lazy dog while seven wizards mix liquid jugs of ginger ale".split(" ");

const orders = Array.from({ length: 200 }, (_, i) => ({
  id: i,
  customer: { name: `${kWords[i % 19]} ${kWords[(i * 7) % 19]}`, "e-mail": `user${i}@example.com`, vip: i % 3 === 0 },
  items: Array.from({ length: 5 }, (_, j) => ({ sku: `SKU-${i}-${j}`, price: 1.25 * (j + 1), tags: ["a", "ü", null] })),
  note: "Please \"ring\" the bell\n".repeat(3),
}));
const ordersText = JSON.stringify(orders);
const prose = Array.from({ length: 4000 }, (_, i) => kWords[(i * i) % 19] + (i % 11 === 0 ? `, ${i}.` : "")).join(" ");

class Account {
  #balance = 0;
  #history = [];
  deposit(amount) {
    this.#balance += amount;
    this.#remember(amount);
    return this;
  }
  #remember(amount) {
    if (this.#history.length > 10) this.#history.length = 0;
    this.#history.push(amount);
  }
  get balance() {
    return this.#balance;
  }
}

class Shape {
  constructor(name) {
    this.name = name;
  }
  area() {
    return 0;
  }
  describe() {
    return this.name.length + this.area();
  }
}
class Circle extends Shape {
  constructor(radius) {
    super("circle");
    this.radius = radius;
  }
  area() {
    return 3 * this.radius * this.radius;
  }
}
class Square extends Shape {
  constructor(side) {
    super("square");
    this.side = side;
  }
  area() {
    return this.side * this.side;
  }
  describe() {
    return super.describe() + 1;
  }
}

function* tree(depth) {
  if (depth === 0) return;
  yield* tree(depth - 1);
  yield depth;
  yield* tree(depth - 1);
}

const loads = {
  "JSON.parse"() {
    let sum = 0;
    for (let i = 0; i < 40; ++i) sum += JSON.parse(ordersText).length;
    return sum;
  },

  "JSON.stringify"() {
    let sum = 0;
    for (let i = 0; i < 60; ++i) sum += JSON.stringify(orders).length;
    return sum;
  },

  "string building"() {
    let length = 0;
    for (let i = 0; i < 200; ++i) {
      let text = "";
      for (let j = 0; j < 1000; ++j) text += `<li class="${kWords[j % 19]}">${j}</li>`;
      length += text.indexOf("#") + text.length + text.split(">").join("&gt;").charCodeAt(i);
    }
    return length;
  },

  "private fields"() {
    let sum = 0;
    for (let i = 0; i < 20_000; ++i) {
      const account = new Account();
      for (let j = 0; j < 50; ++j) account.deposit(j);
      sum += account.balance;
    }
    return sum;
  },

  "Maps and Sets"() {
    let sum = 0;
    for (let round = 0; round < 10; ++round) {
      const map = new Map();
      for (let i = 0; i < 20_000; ++i) map.set(`key ${i % 5000}`, (map.get(`key ${i % 5000}`) ?? 0) + i);
      const numbers = new Set();
      for (const [key, value] of map) if (value % 3) numbers.add(key.length * value);
      for (let i = 0; i < 50_000; ++i) if (numbers.has(i)) ++sum;
      sum += numbers.size;
    }
    return sum;
  },

  "regular expressions"() {
    let sum = 0;
    for (let i = 0; i < 15; ++i) {
      sum += prose.match(/\b(\w+)\s+\1?\w*(?=,)/g)?.length ?? 0;
      sum += prose.replace(/(?<word>[aeiou]+)(\d*)/gu, "<$<word>>").length;
      sum += prose.split(/[\s,.]+/).length;
      for (const { index } of prose.matchAll(/qu|ju|gi/gi)) sum += index & 1;
    }
    return sum;
  },

  classes() {
    let sum = 0;
    for (let i = 0; i < 1_500_000; ++i) {
      const shape = i % 3 === 0 ? new Square(i & 7) : new Circle(i & 7);
      sum += shape.describe();
    }
    return sum;
  },

  "typed arrays"() {
    const size = 200_000;
    const samples = new Float64Array(size).map((_, i) => Math.sin(i));
    const bytes = new Uint8ClampedArray(size);
    let sum = 0;
    for (let round = 0; round < 20; ++round) {
      for (let i = 0; i < size; ++i) bytes[i] = samples[i] * 127 + 128;
      for (let i = 1; i < size; ++i) sum = (sum * 31 + bytes[i] - bytes[i - 1]) | 0;
      bytes.subarray(10, 50_000).fill(round);
      sum += bytes.slice(0, 20_000).sort()[10_000];
    }
    return sum;
  },

  generators() {
    let sum = 0;
    for (let i = 0; i < 6; ++i) for (const depth of tree(14)) sum += depth;
    for (const n of Iterator.from(tree(15)).filter((depth) => depth % 2).map((depth) => depth * 2)) sum += n;
    return sum;
  },

  async promises() {
    let sum = 0;
    const next = async (i) => i + 1;
    for (let i = 0; i < 200_000; ++i) sum += await next(i);
    return sum;
  },
};

export default {
  async fetch(request) {
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
    return new Response(name ? String(await loads[name]()) : Object.keys(loads).join("\n"));
  },
};
