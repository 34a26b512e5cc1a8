/* Steps: requests and replies. */
#include "core/api/emr/shapes.h"

/* ---- AddJobFlowSteps ---- */

IN(AddJobFlowSteps, R("JobFlowId", emr_Xml256), R("Steps", emr_StepConfigs256),
	K("ExecutionRoleArn", emr_Arn));
OUT(AddJobFlowSteps, M("StepIds", emr_Xml256s));

/* ---- CancelSteps ---- */

LIST(Xml256s256, emr_Xml256, 0, 256);
ENUM(StepCancellationOption, step_cancel_option_names);
NAMES(cancel_steps_request_status_names, "SUBMITTED", "FAILED");
ENUM(CancelStepsRequestStatus, cancel_steps_request_status_names);
STRUCT(CancelStepsInfo, M("StepId", emr_Text), M("Status", CancelStepsRequestStatus),
	M("Reason", emr_Text));
LIST(CancelStepsInfos, CancelStepsInfo, 0, 0);
IN(CancelSteps, R("ClusterId", emr_Xml256), R("StepIds", Xml256s256),
	M("StepCancellationOption", StepCancellationOption));
OUT(CancelSteps, M("CancelStepsInfoList", CancelStepsInfos));

/* ---- DescribeStep ---- */

STRUCT(HadoopStepConfig, M("Jar", emr_Text), M("Properties", emr_TextMap), M("MainClass", emr_Text),
	M("Args", emr_Texts));
ENUM(StepState, step_state_names);
NAMES(step_state_change_reason_code_names, "NONE");
ENUM(StepStateChangeReasonCode, step_state_change_reason_code_names);
STRUCT(StepStateChangeReason, M("Code", StepStateChangeReasonCode), M("Message", emr_Text));
STRUCT(FailureDetails, M("Reason", emr_Text), M("Message", emr_Text), M("LogFile", emr_Text));
STRUCT(StepTimeline, M("CreationDateTime", emr_Date), M("StartDateTime", emr_Date),
	M("EndDateTime", emr_Date));
STRUCT(StepStatus, M("State", StepState), M("StateChangeReason", StepStateChangeReason),
	M("FailureDetails", FailureDetails), M("Timeline", StepTimeline));
STRUCT(StepAdditionalInfo, M("ResourceManagerApplicationIds", emr_Texts), M("ResourceManager", emr_Text));
STRUCT(Step, M("Id", emr_Text), M("Name", emr_Text), M("Config", HadoopStepConfig),
	M("ActionOnFailure", emr_ActionOnFailure), M("Status", StepStatus), M("ExecutionRoleArn", emr_Text),
	M("LogUri", emr_Text), M("EncryptionKeyArn", emr_Text), I("AdditionalInfo", StepAdditionalInfo));
IN(DescribeStep, R("ClusterId", emr_Id), R("StepId", emr_Text));
OUT(DescribeStep, M("Step", Step));

/* ---- ListSteps ---- */

LIST(StepStates, StepState, 0, 0);
STRUCT(StepSummary, M("Id", emr_Text), M("Name", emr_Text), M("Config", HadoopStepConfig),
	M("ActionOnFailure", emr_ActionOnFailure), M("Status", StepStatus), M("LogUri", emr_Text),
	M("EncryptionKeyArn", emr_Text), I("AdditionalInfo", StepAdditionalInfo));
LIST(StepSummaries, StepSummary, 0, 0);
IN(ListSteps, R("ClusterId", emr_Id), M("StepStates", StepStates), M("StepIds", emr_Xmls10),
	M("Marker", emr_Text));
OUT(ListSteps, M("Steps", StepSummaries), M("Marker", emr_Text));
