#include "adapters/local/log_notifier.h"

namespace varve {

Status LogNotifier::Notify(const Alert& alert) {
  log_.Write(LogLevel::kError, "alert",
             {{"pipeline", alert.pipeline},
              {"topic", alert.topic},
              {"subject", alert.subject},
              {"body", alert.body}});
  return Ok{};
}

}  // namespace varve
