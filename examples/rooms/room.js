import { DurableObject } from "cloudflare:workers";

// The keys of a room:
//   member:NAME   when the member was last heard of, in milliseconds since 1970
//   message:ID    {from, text}. An ID is the time of the message in as many digits as the others, so
//                 that the order of the keys is that of time.
const kMember = "member:";
const kMessage = "message:";
const keyOf = (id) => kMessage + String(id).padStart(16, "0");
const idOf = (key) => Number(key.slice(kMessage.length));

// What one call of the storage may delete.
const kKeysOfADelete = 128;

// A room with its members and its latest messages. Its public methods are what a stub can call.
// An alarm sweeps out what is old, until the room is empty and nothing of it is left on the disk.
export class Room extends DurableObject {
  #storage = this.ctx.storage;
  #keepMs = this.env.KEEP_SECONDS * 1000;

  // What a client shows: the names of all members, and the messages after the one with the id `after`.
  // Whoever looks `as` a member is still there.
  async look({ after = 0, as }) {
    if (as) await this.#hearOf(as);
    const members = await this.#storage.list({ prefix: kMember });
    const messages = await this.#storage.list({ prefix: kMessage, startAfter: keyOf(after) });
    return {
      members: [...members.keys()].map((key) => key.slice(kMember.length)),
      messages: [...messages].map(([key, message]) => ({ id: idOf(key), ...message })),
    };
  }

  async join(name) {
    this.#storage.put(kMember + name, Date.now());
    await this.#sweepLater();
  }

  async leave(name) {
    return this.#storage.delete(kMember + name);
  }

  // Answers the message's id, which is higher than those of all messages before.
  async post(from, text) {
    await this.join(from);
    const [last] = (await this.#storage.list({ prefix: kMessage, reverse: true, limit: 1 })).keys();
    const id = Math.max(Date.now(), last ? idOf(last) + 1 : 0);
    this.#storage.put(keyOf(id), { from, text });
    return id;
  }

  async alarm() {
    const latest = Date.now() - this.#keepMs;
    const oldest = Math.min(await this.#deleteMessages(latest), await this.#deleteMembers(latest));
    if (oldest === Infinity) await this.#storage.deleteAll();
    else await this.#storage.setAlarm(oldest + this.#keepMs);
  }

  // Deletes the messages up to the time `latest`, and answers the time of the oldest that stays.
  async #deleteMessages(latest) {
    for (;;) {
      const messages = await this.#storage.list({ prefix: kMessage, limit: kKeysOfADelete });
      const keys = [...messages.keys()];
      const old = keys.filter((key) => idOf(key) <= latest);
      await this.#storage.delete(old);
      if (old.length < keys.length) return idOf(keys[old.length]);
      if (old.length === 0) return Infinity;
    }
  }

  // Deletes the members last heard of up to the time `latest`, and answers that of the most silent
  // who stays.
  async #deleteMembers(latest) {
    let oldest = Infinity;
    for (const [key, heardOf] of await this.#storage.list({ prefix: kMember })) {
      if (heardOf <= latest) this.#storage.delete(key);
      else oldest = Math.min(oldest, heardOf);
    }
    return oldest;
  }

  // A browser asks every other second; one write in a quarter of the time tells as much.
  async #hearOf(name) {
    const heardOf = await this.#storage.get(kMember + name);
    if (heardOf === undefined || heardOf < Date.now() - this.#keepMs / 4) await this.join(name);
  }

  // An object has one alarm. One that is set already is for what is older, and sets the next.
  async #sweepLater() {
    if ((await this.#storage.getAlarm()) === null) {
      await this.#storage.setAlarm(Date.now() + this.#keepMs);
    }
  }
}
