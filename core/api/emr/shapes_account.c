/* What belongs to an account and region: security configurations, releases, instance types, public access,
 * notebook executions. */
#include "core/api/emr/shapes.h"

/* ---- CreateSecurityConfiguration ---- */

IN(CreateSecurityConfiguration, R("Name", emr_Xml), R("SecurityConfiguration", emr_Text));
OUT(CreateSecurityConfiguration, M("Name", emr_Xml), M("CreationDateTime", emr_Date));

/* ---- DescribeSecurityConfiguration ---- */

IN(DescribeSecurityConfiguration, R("Name", emr_Xml));
OUT(DescribeSecurityConfiguration, M("Name", emr_Xml), M("SecurityConfiguration", emr_Text),
	M("CreationDateTime", emr_Date));

/* ---- DeleteSecurityConfiguration ---- */

IN(DeleteSecurityConfiguration, R("Name", emr_Xml));
NO_MEMBERS(emr_DeleteSecurityConfiguration_out);

/* ---- ListSecurityConfigurations ---- */

STRUCT(SecurityConfigurationSummary, M("Name", emr_Xml), M("CreationDateTime", emr_Date));
LIST(SecurityConfigurationSummaries, SecurityConfigurationSummary, 0, 0);
IN(ListSecurityConfigurations, M("Marker", emr_Text));
OUT(ListSecurityConfigurations, M("SecurityConfigurations", SecurityConfigurationSummaries),
	M("Marker", emr_Text));

/* ---- ListReleaseLabels ---- */

STRUCT(ReleaseLabelFilter, M("Prefix", emr_Text), M("Application", emr_Text));
IN(ListReleaseLabels, M("Filters", ReleaseLabelFilter), M("NextToken", emr_Text),
	M("MaxResults", emr_MaxResultsNumber));
OUT(ListReleaseLabels, M("ReleaseLabels", emr_Texts), M("NextToken", emr_Text));

/* ---- DescribeReleaseLabel ---- */

STRUCT(SimplifiedApplication, M("Name", emr_Text), M("Version", emr_Text));
LIST(SimplifiedApplications, SimplifiedApplication, 0, 0);
STRUCT(OSRelease, M("Label", emr_Text));
LIST(OSReleases, OSRelease, 0, 0);
IN(DescribeReleaseLabel, M("ReleaseLabel", emr_Text), M("NextToken", emr_Text),
	M("MaxResults", emr_MaxResultsNumber));
OUT(DescribeReleaseLabel, M("ReleaseLabel", emr_Text), M("Applications", SimplifiedApplications),
	M("NextToken", emr_Text), I("AvailableOSReleases", OSReleases));

/* ---- ListSupportedInstanceTypes ---- */

STRUCT(SupportedInstanceType, M("Type", emr_Text), M("MemoryGB", emr_Double), M("StorageGB", emr_Integer),
	M("VCPU", emr_Integer), M("Is64BitsOnly", emr_Boolean), M("InstanceFamilyId", emr_Text),
	M("EbsOptimizedAvailable", emr_Boolean), M("EbsOptimizedByDefault", emr_Boolean),
	M("NumberOfDisks", emr_Integer), M("EbsStorageOnly", emr_Boolean), M("Architecture", emr_Text));
LIST(SupportedInstanceTypes, SupportedInstanceType, 0, 0);
IN(ListSupportedInstanceTypes, R("ReleaseLabel", emr_Text), M("Marker", emr_Text));
OUT(ListSupportedInstanceTypes, M("SupportedInstanceTypes", SupportedInstanceTypes), M("Marker", emr_Text));

/* ---- GetBlockPublicAccessConfiguration ---- */

STRUCT(PortRange, R("MinRange", emr_Port), M("MaxRange", emr_Port));
LIST(PortRanges, PortRange, 0, 0);
STRUCT(BlockPublicAccessConfiguration, R("BlockPublicSecurityGroupRules", emr_Boolean),
	M("PermittedPublicSecurityGroupRuleRanges", PortRanges));
STRUCT(BlockPublicAccessConfigurationMetadata, M("CreationDateTime", emr_Date), M("CreatedByArn", emr_Arn));
NO_MEMBERS(emr_GetBlockPublicAccessConfiguration_in);
OUT(GetBlockPublicAccessConfiguration, M("BlockPublicAccessConfiguration", BlockPublicAccessConfiguration),
	M("BlockPublicAccessConfigurationMetadata", BlockPublicAccessConfigurationMetadata));

/* ---- PutBlockPublicAccessConfiguration ---- */

IN(PutBlockPublicAccessConfiguration, R("BlockPublicAccessConfiguration", BlockPublicAccessConfiguration));
NO_MEMBERS(emr_PutBlockPublicAccessConfiguration_out);

/* ---- StartNotebookExecution ---- */

/* arn:aws…:iam::[12 digits]:role/[path/]name */
static bool is_role_arn(const char *s)
{
	static const char in_name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";

	if (strncmp(s, "arn:aws", 7) != 0)
		return false;
	s += 7;
	s += strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
	if (strncmp(s, ":iam::", 6) != 0)
		return false;
	s += 6;
	size_t digits = strspn(s, "0123456789");
	if ((digits != 0 && digits != 12) || strncmp(s + digits, ":role/", 6) != 0)
		return false;
	s += digits + 6;
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < '!' || (unsigned char)*p > 0x7F)
			return false;
	const char *slash = strrchr(s, '/'), *name = slash ? slash + 1 : s;
	return slash != s && *name && name[strspn(name, in_name)] == '\0';
}

PATTERN(IAMRoleArn, 20, 2048, is_role_arn, "^arn:(aws[a-zA-Z0-9-]*):iam::(\\d{12})?:(role((\\u002F)|"
	"(\\u002F[\\u0021-\\u007F]+\\u002F))[\\w+=,.@-]+)$");
NAMES(execution_engine_type_names, "EMR");
ENUM(ExecutionEngineType, execution_engine_type_names);
STRUCT(ExecutionEngineConfig, R("Id", emr_Xml256), M("Type", ExecutionEngineType),
	M("MasterInstanceSecurityGroupId", emr_Xml256), M("ExecutionRoleArn", IAMRoleArn));
STRUCT(NotebookS3LocationFromInput, M("Bucket", emr_Xml256), M("Key", emr_Uri));
STRUCT(OutputNotebookS3LocationFromInput, M("Bucket", emr_Xml256), M("Key", emr_Uri));
NAMES(output_notebook_format_names, "HTML");
ENUM(OutputNotebookFormat, output_notebook_format_names);
MAP(XmlMap, emr_Xml);
IN(StartNotebookExecution, K("EditorId", emr_Xml256), I("RelativePath", emr_Xml),
	K("NotebookExecutionName", emr_Xml256), K("NotebookParams", emr_Xml),
	R("ExecutionEngine", ExecutionEngineConfig), R("ServiceRole", emr_Xml),
	K("NotebookInstanceSecurityGroupId", emr_Xml256), K("Tags", emr_Tags),
	K("NotebookS3Location", NotebookS3LocationFromInput),
	K("OutputNotebookS3Location", OutputNotebookS3LocationFromInput),
	K("OutputNotebookFormat", OutputNotebookFormat), K("EnvironmentVariables", XmlMap));
OUT(StartNotebookExecution, M("NotebookExecutionId", emr_Xml256));

/* ---- StopNotebookExecution ---- */

IN(StopNotebookExecution, R("NotebookExecutionId", emr_Xml256));

/* ---- DescribeNotebookExecution ---- */

NAMES(notebook_execution_status_names, "START_PENDING", "STARTING", "RUNNING", "FINISHING", "FINISHED",
	"FAILING", "FAILED", "STOP_PENDING", "STOPPING", "STOPPED");
ENUM(NotebookExecutionStatus, notebook_execution_status_names);
STRUCT(NotebookS3LocationForOutput, M("Bucket", emr_Xml256), M("Key", emr_Uri));
STRUCT(OutputNotebookS3LocationForOutput, M("Bucket", emr_Xml256), M("Key", emr_Uri));
STRUCT(NotebookExecution, M("NotebookExecutionId", emr_Xml256), M("EditorId", emr_Xml256),
	M("ExecutionEngine", ExecutionEngineConfig), M("NotebookExecutionName", emr_Xml256),
	M("NotebookParams", emr_Xml), M("Status", NotebookExecutionStatus), M("StartTime", emr_Date),
	M("EndTime", emr_Date), M("Arn", emr_Xml256), I("OutputNotebookURI", emr_Xml),
	M("LastStateChangeReason", emr_Xml), M("NotebookInstanceSecurityGroupId", emr_Xml256),
	M("Tags", emr_Tags), M("NotebookS3Location", NotebookS3LocationForOutput),
	M("OutputNotebookS3Location", OutputNotebookS3LocationForOutput),
	M("OutputNotebookFormat", OutputNotebookFormat), M("EnvironmentVariables", XmlMap));
IN(DescribeNotebookExecution, R("NotebookExecutionId", emr_Xml256));
OUT(DescribeNotebookExecution, M("NotebookExecution", NotebookExecution));

/* ---- ListNotebookExecutions ---- */

STRUCT(NotebookExecutionSummary, M("NotebookExecutionId", emr_Xml256), M("EditorId", emr_Xml256),
	M("NotebookExecutionName", emr_Xml256), M("Status", NotebookExecutionStatus), M("StartTime", emr_Date),
	M("EndTime", emr_Date), M("NotebookS3Location", NotebookS3LocationForOutput),
	M("ExecutionEngineId", emr_Xml));
LIST(NotebookExecutionSummaries, NotebookExecutionSummary, 0, 0);
IN(ListNotebookExecutions, M("EditorId", emr_Xml256), M("Status", NotebookExecutionStatus),
	M("From", emr_Date), M("To", emr_Date), M("Marker", emr_Text), M("ExecutionEngineId", emr_Xml));
OUT(ListNotebookExecutions, M("NotebookExecutions", NotebookExecutionSummaries), M("Marker", emr_Text));
