// Alerts as the JSON that other programs read.
#pragma once

#include <string>

#include "ports/notifier.h"

namespace varve {

// {"pipeline":..., "topic":..., "subject":..., "body":...}, on one line.
std::string AlertToJson(const Alert& alert);

// {"text":...} in Slack's markup, which Mattermost, Rocket.Chat and Discord (/slack) take as well.
// Nothing in an alert can become a link or a mention: & < > are escaped.
std::string AlertToSlackJson(const Alert& alert);

}  // namespace varve
