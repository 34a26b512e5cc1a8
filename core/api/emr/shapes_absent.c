/* Operations that this server does not serve: listed so that the documentation can say so. */
#include "core/api/emr/shapes.h"

/* ---- CreatePersistentAppUI ---- */

STRUCT(EMRContainersConfig, N("JobRunId", emr_Xml256));
NAMES(profiler_type_names, "SHS", "TEZUI", "YTS");
ENUM(ProfilerType, profiler_type_names);
IN(CreatePersistentAppUI, N("TargetResourceArn", emr_Arn), N("EMRContainersConfig", EMRContainersConfig),
	N("Tags", emr_Tags), N("XReferer", emr_Text), N("ProfilerType", ProfilerType));
OUT(CreatePersistentAppUI, N("PersistentAppUIId", emr_Xml256), N("RuntimeRoleEnabledCluster", emr_Boolean));

/* ---- DescribePersistentAppUI ---- */

NAMES(persistent_app_u_i_type_names, "SHS", "TEZ", "YTS");
ENUM(PersistentAppUIType, persistent_app_u_i_type_names);
LIST(PersistentAppUITypes, PersistentAppUIType, 0, 0);
STRUCT(PersistentAppUI, N("PersistentAppUIId", emr_Xml256),
	N("PersistentAppUITypeList", PersistentAppUITypes), N("PersistentAppUIStatus", emr_Xml256),
	N("AuthorId", emr_Xml256), N("CreationTime", emr_Date), N("LastModifiedTime", emr_Date),
	N("LastStateChangeReason", emr_Xml), N("Tags", emr_Tags));
IN(DescribePersistentAppUI, N("PersistentAppUIId", emr_Xml256));
OUT(DescribePersistentAppUI, N("PersistentAppUI", PersistentAppUI));

/* ---- GetOnClusterAppUIPresignedURL ---- */

NAMES(on_cluster_app_u_i_type_names, "SparkHistoryServer", "YarnTimelineService", "TezUI",
	"ApplicationMaster", "JobHistoryServer", "ResourceManager");
ENUM(OnClusterAppUIType, on_cluster_app_u_i_type_names);
IN(GetOnClusterAppUIPresignedURL, N("ClusterId", emr_Xml256), N("OnClusterAppUIType", OnClusterAppUIType),
	N("ApplicationId", emr_Xml256), N("DryRun", emr_Boolean), N("ExecutionRoleArn", emr_Arn));
OUT(GetOnClusterAppUIPresignedURL, N("PresignedURLReady", emr_Boolean), N("PresignedURL", emr_Xml));

/* ---- GetPersistentAppUIPresignedURL ---- */

IN(GetPersistentAppUIPresignedURL, N("PersistentAppUIId", emr_Xml256),
	N("PersistentAppUIType", PersistentAppUIType), N("ApplicationId", emr_Xml256),
	N("AuthProxyCall", emr_Boolean), N("ExecutionRoleArn", emr_Arn));
OUT(GetPersistentAppUIPresignedURL, N("PresignedURLReady", emr_Boolean), N("PresignedURL", emr_Xml));

/* ---- GetSession ---- */

NAMES(session_state_names, "SUBMITTED", "STARTING", "STARTED", "IDLE", "BUSY", "TERMINATING", "TERMINATED",
	"FAILED");
ENUM(SessionState, session_state_names);
STRUCT(SessionCloudWatchLoggingConfiguration, N("Enabled", emr_Boolean), N("LogGroup", emr_Xml),
	N("LogStreamNamePrefix", emr_Xml), N("EncryptionKeyArn", emr_Xml), N("LogTypes", emr_XmlsMap));
STRUCT(SessionManagedLoggingConfiguration, N("Enabled", emr_Boolean), N("EncryptionKeyArn", emr_Xml));
STRUCT(SessionS3LoggingConfiguration, N("Enabled", emr_Boolean), N("LogUri", emr_Xml),
	N("EncryptionKeyArn", emr_Xml), N("LogTypes", emr_XmlsMap));
STRUCT(SessionMonitoringConfiguration,
	N("CloudWatchLoggingConfiguration", SessionCloudWatchLoggingConfiguration),
	N("ManagedLoggingConfiguration", SessionManagedLoggingConfiguration),
	N("S3LoggingConfiguration", SessionS3LoggingConfiguration));
STRUCT(Session, N("Id", emr_Text), N("ClusterId", emr_Id), N("Name", emr_Xml256), N("Arn", emr_Arn),
	N("State", SessionState), N("StateChangeReason", emr_Xml), N("ReleaseLabel", emr_Xml256),
	N("ExecutionRoleArn", emr_Arn), N("AccountId", emr_Xml256), N("CreatedAt", emr_Date),
	N("UpdatedAt", emr_Date), N("StartedAt", emr_Date), N("EndedAt", emr_Date), N("IdleSince", emr_Date),
	N("EngineConfigurations", emr_Configurations),
	N("MonitoringConfiguration", SessionMonitoringConfiguration),
	N("SessionIdleTimeoutInMinutes", emr_Long), N("ServerUrl", emr_Xml), N("Tags", emr_Tags));
IN(GetSession, N("ClusterId", emr_Id), N("SessionId", emr_Text));
OUT(GetSession, N("Session", Session));

/* ---- GetSessionEndpoint ---- */

IN(GetSessionEndpoint, N("ClusterId", emr_Id), N("SessionId", emr_Text));
OUT(GetSessionEndpoint, N("Endpoint", emr_Xml), N("AuthToken", emr_Text),
	N("AuthTokenExpirationTime", emr_Date), N("Credentials", emr_Credentials));

/* ---- ListSessions ---- */

LIST(SessionStates, SessionState, 0, 0);
LIST(Sessions, Session, 0, 0);
IN(ListSessions, N("ClusterId", emr_Id), N("SessionStates", SessionStates), N("NextToken", emr_Text),
	N("MaxResults", emr_MaxResultsNumber));
OUT(ListSessions, N("Sessions", Sessions), N("NextToken", emr_Text));

/* ---- StartSession ---- */

IN(StartSession, N("Name", emr_Xml256), N("ClusterId", emr_Id), N("ExecutionRoleArn", emr_Arn),
	N("EngineConfigurations", emr_Configurations),
	N("MonitoringConfiguration", SessionMonitoringConfiguration),
	N("SessionIdleTimeoutInMinutes", emr_Long), N("ClientRequestToken", emr_Text), N("Tags", emr_Tags));
OUT(StartSession, N("Id", emr_Text), N("ClusterId", emr_Id), N("Arn", emr_Arn),
	N("AccountId", emr_Xml256), N("State", SessionState));

/* ---- TerminateSession ---- */

IN(TerminateSession, N("ClusterId", emr_Id), N("SessionId", emr_Text));
OUT(TerminateSession, N("ClusterId", emr_Id), N("SessionId", emr_Text), N("State", SessionState));
