/* Shapes of the requests about instance fleets. Internal to this room. */
#ifndef CORE_API_EMR_FLEET_SHAPES_H
#define CORE_API_EMR_FLEET_SHAPES_H

#include "core/api/shape/shape.h"

extern const struct shape emr_fleet_config;     /* RunJobFlow.Instances.InstanceFleets[], AddInstanceFleet.InstanceFleet */
extern const struct shape emr_add_fleet, emr_modify_fleet;

#endif
