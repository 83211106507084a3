#pragma once

#include "testrun/plan.h"

namespace harness::testrun {

/// Adds to the flow's DAG what serial and disruptive definitions ask for (make_plan).
void order_siblings(Flow& flow);

}  // namespace harness::testrun
