#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "image/memory_registry.h"

/// What a container of the image NAME@DIGEST finds: {"files": {"bin/app": "755 text"}, "entrypoint": [..],
/// "env": [..]}; of an image without layers
/// {"made": TEXT}, its annotation; null where the registry has not all of it.
nlohmann::json stored_image(const MemoryRegistry& registry, const std::string& name,
                            const std::string& digest);
