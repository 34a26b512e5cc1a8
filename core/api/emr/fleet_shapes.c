/* The requests about instance fleets, member by member, as the public service model has them. */
#include "core/api/emr/fleet_shapes.h"

#include "core/api/shape/table.h"
#include "core/model/fleet.h"

TEXT(text, 0, 0);
XML(xml256, 0, 256);
XML(instance_type, 1, 256);
TEXT(arn, 20, 2048);
LEAF(integer, SHAPE_INT);
LEAF(boolean, SHAPE_BOOL);
static const struct shape whole = { .kind = SHAPE_INT, .natural = true };
static const struct shape amount = { .kind = SHAPE_DOUBLE, .natural = true };
MAP(text_map, text);
ENUM(role, instance_role_names);
ENUM(spot_strategy, spot_strategy_names);
ENUM(on_demand_strategy, on_demand_strategy_names);
ENUM(timeout_action, fleet_timeout_action_names);
NAMES(usage_names, "use-capacity-reservations-first");
ENUM(usage, usage_names);
NAMES(preference_names, "open", "none");
ENUM(preference, preference_names);

static const struct shape configuration;
LIST(configurations, configuration, 0, 0);
static const struct shape_member configuration_members[] = {
	K("Classification", text), K("Configurations", configurations), K("Properties", text_map),
};
static const struct shape configuration = STRUCT_OF(configuration);

STRUCT(volume, R("VolumeType", text), K("Iops", integer), R("SizeInGB", integer), K("Throughput", integer));
STRUCT(block_device, R("VolumeSpecification", volume), K("VolumesPerInstance", integer));
LIST(block_devices, block_device, 0, 0);
STRUCT(ebs, K("EbsBlockDeviceConfigs", block_devices), K("EbsOptimized", boolean));

STRUCT(type_config, R("InstanceType", instance_type), M("WeightedCapacity", whole), M("BidPrice", xml256),
       M("BidPriceAsPercentageOfOnDemandPrice", amount), K("EbsConfiguration", ebs),
       K("Configurations", configurations), K("CustomAmiId", xml256), M("Priority", amount));
LIST(type_configs, type_config, 0, 0);

STRUCT(reservation, K("UsageStrategy", usage), K("CapacityReservationPreference", preference),
       K("CapacityReservationResourceGroupArn", arn));
STRUCT(launch_spot, R("TimeoutDurationMinutes", whole), R("TimeoutAction", timeout_action),
       K("BlockDurationMinutes", whole), M("AllocationStrategy", spot_strategy));
STRUCT(launch_on_demand, R("AllocationStrategy", on_demand_strategy),
       K("CapacityReservationOptions", reservation));
STRUCT(launch, M("SpotSpecification", launch_spot), M("OnDemandSpecification", launch_on_demand));
STRUCT(resize_spot, M("TimeoutDurationMinutes", whole), M("AllocationStrategy", spot_strategy));
STRUCT(resize_on_demand, M("TimeoutDurationMinutes", whole), M("AllocationStrategy", on_demand_strategy),
       K("CapacityReservationOptions", reservation));
STRUCT(resize, M("SpotResizeSpecification", resize_spot), M("OnDemandResizeSpecification", resize_on_demand));

STRUCT(config, M("Name", xml256), R("InstanceFleetType", role), M("TargetOnDemandCapacity", whole),
       M("TargetSpotCapacity", whole), M("InstanceTypeConfigs", type_configs), M("LaunchSpecifications", launch),
       M("ResizeSpecifications", resize), K("Context", xml256));
const struct shape emr_fleet_config = STRUCT_OF(config);

static const struct shape_member add_members[] = { R("ClusterId", xml256), R("InstanceFleet", config) };
const struct shape emr_add_fleet = STRUCT_OF(add);

STRUCT(change, R("InstanceFleetId", text), M("TargetOnDemandCapacity", whole), M("TargetSpotCapacity", whole),
       M("ResizeSpecifications", resize), M("InstanceTypeConfigs", type_configs), K("Context", xml256));
static const struct shape_member modify_members[] = { R("ClusterId", text), R("InstanceFleet", change) };
const struct shape emr_modify_fleet = STRUCT_OF(modify);
