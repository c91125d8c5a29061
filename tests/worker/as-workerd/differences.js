// Where lathe differs from workerd on purpose: `where` is what differs, `why` is the reason, and `lathe`, when given,
// is what lathe answers.
const missing = [
  "Body", "ByteLengthQueuingStrategy", "Cache", "CacheStorage", "CompressionStream", "CountQueuingStrategy", "CryptoKey",
  "DecompressionStream", "EventSource", "FixedLengthStream", "FormData", "HTMLRewriter", "IdentityTransformStream",
  "ReadableByteStreamController", "ReadableStream", "ReadableStreamBYOBReader", "ReadableStreamBYOBRequest",
  "ReadableStreamDefaultController", "ReadableStreamDefaultReader", "SubtleCrypto", "TailEvent", "TextDecoderStream",
  "TextEncoderStream", "TraceEvent", "TransformStream", "TransformStreamDefaultController", "URLPattern", "WritableStream",
  "WritableStreamDefaultController", "WritableStreamDefaultWriter", "fetch",
].join("|");
const ofWorkersOwn = ["ExecutionContext", "Fetcher"].join("|");
const ofTheStandard = ["Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "Scheduler"].join("|");
const bodyMembers = ["body", "bodyUsed", "text", "json", "arrayBuffer", "bytes", "blob", "formData"].join("|");

export const differences = {
  "async-context": [],
  cloning: [
    {
      where: /^AbortSignal, /,
      lathe: /^DOMException DataCloneError: Could not serialize object of type "AbortSignal"/,
      why: "a signal is refused like any other object",
    },
    {
      where: /^WeakRef, (argument|result)/,
      lathe: /^DOMException DataCloneError: /,
      why: "V8 does not tell a WeakRef from an instance of a class",
    },
    { where: /^crypto, exception/, lathe: /^caught <Error> Error: #<_?Crypto>/, why: "a class has the name that the bundler gave it" },
    {
      where: /^error whose message was deleted, /,
      lathe: /^<Error> Error stack=Error… message\(hidden\)=""$/,
      why: "the first line of a stack is made when somebody asks for it, as in Node.js",
    },
  ],
  shapes: [
    { where: new RegExp(`^(global )?(${missing})( |$)`), why: "it is not there yet" },
    { where: new RegExp(`^global (${ofWorkersOwn})$|^(${ofWorkersOwn})( |$)`), why: "an interface that workerd hides" },
    { where: new RegExp(`^global (${ofTheStandard})$|^(${ofTheStandard})( |$)`), why: "an interface of the standard that workerd hides" },
    { where: /^instance performance prototypes$/, why: "Performance is an EventTarget in the standard" },
    {
      where: new RegExp(`^(Request|Response)( prototype (${bodyMembers}))?$|^(instance|subclass of) (Request|Response|request that arrived)`),
      why: "there is no interface Body in the standard",
    },
    { where: /^(Crypto prototype DigestStream|Request prototype fetcher|Response prototype cf|instance ctx (own (cache|tracing)|copied.*))$/, why: "not there yet" },
    { where: /^(ScheduledEvent prototype noRetry|URL static (create|revoke)ObjectURL)$/, why: "not there yet" },
    { where: /^(ServiceWorkerGlobalScope|WorkerGlobalScope) prototype /, why: "globals are the global object's own" },
    { where: /^instance Durable Object tag$/, why: "base classes have no tag" },
    {
      where: /^(instance ctx\.storage (own (kv|sql)|copied.*)|prototype of ctx\.storage (kv|sql))$/,
      why: "what may throw when it is asked for is no property of the object itself",
    },
    { where: /^prototype of (ctx\.storage|transaction) put$/, why: "a method of many forms needs nothing" },
    { where: /^prototype of .* \[Symbol\.toStringTag\]$/, why: "the standard has it read-only" },
    { where: / prototype \[Symbol\.toStringTag\]$/, why: "the standard has it read-only; base classes have none" },
    { where: / static prototype$/, lathe: /^--- object$/, why: "the prototypes of classes are read-only" },
    {
      where: /^\w+$/,
      lathe: /^(\w*Event|EventTarget|WorkerGlobalScope), /,
      why: "a constructor inherits from that of its parent, as in the standard",
    },
    { where: /^(global )?(File|PromiseRejectionEvent)( (static length|prototype constructor))?$/, lathe: /2$/, why: "it needs two arguments, as in the standard" },
    { where: /^(Event prototype returnValue|MessagePort prototype (postMessage|onmessageerror|onclose))$/, why: "as in the standard" },
    { where: /^(Custom|Message)?Event prototype init(Custom|Message)?Event$/, why: "as in the standard" },
    { where: /^WebSocket prototype on(open|message|close|error)$/, why: "as in the standard" },
    { where: /^global (ServiceWorkerGlobalScope|clearInterval|clearTimeout)$/, why: "as in the standard" },
    { where: /^global (clear|set)Immediate$/, why: "there without Node's modules, too" },
    { where: /^global (crypto|navigator|performance|scheduler|self)$/, lathe: /^ec get\/0 set\/1$/, why: "[Replaceable] in the standard" },
    { where: /^instance DOMException own stack$/, lathe: /^ecw "/, why: "data, and no accessor" },
    { where: /^instance MessageEvent own /, lathe: /^ecw /, why: "plain fields cost least: messages come by the thousands" },
  ],
};
