#include "engine/js/stop-script.h"

#include "engine/js/error.h"

namespace lathe::js {

void stopScript(Lock& js) {
  js.v8()->TerminateExecution();
  // V8 only notes the request, and looks at its notes where a script loops or calls. One that
  // returns straight from here would not be stopped, but whatever runs next would: so a loop runs
  // here.
  v8::Local<v8::Script> loop;
  if (v8::Script::Compile(js.context(), js.string("for (;;);")).ToLocal(&loop)) {
    static_cast<void>(loop->Run(js.context()).IsEmpty());
  }
  throw ExceptionPending();
}

void forgetMicrotasks(v8::Isolate* isolate) {
  // V8 throws its queue away when it is stopped while it works on that.
  isolate->TerminateExecution();
  isolate->PerformMicrotaskCheckpoint();
  isolate->CancelTerminateExecution();
}

}  // namespace lathe::js
