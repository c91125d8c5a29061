#pragma once

#include "engine/js/host-objects.h"

namespace lathe::api {

// Which of the platform's objects are cloned: DOMException, Headers, Blob and File; Request and
// Response, without their signals, and with their bodies in calls alone.
const js::HostObjects& platformObjects();

}  // namespace lathe::api
