/* Studios and who is mapped to them: requests and replies. */
#include "core/api/emr/shapes.h"

NAMES(auth_mode_names, "SSO", "IAM");
ENUM(AuthMode, auth_mode_names);
NAMES(idc_user_assignment_names, "REQUIRED", "OPTIONAL");
ENUM(IdcUserAssignment, idc_user_assignment_names);
NAMES(identity_type_names, "USER", "GROUP");
ENUM(IdentityType, identity_type_names);

/* ---- CreateStudio ---- */

IN(CreateStudio, R("Name", emr_Xml256), K("Description", emr_Xml256), RK("AuthMode", AuthMode),
	RK("VpcId", emr_Xml256), RK("SubnetIds", emr_Texts), RK("ServiceRole", emr_Xml), K("UserRole", emr_Xml),
	RK("WorkspaceSecurityGroupId", emr_Xml256), RK("EngineSecurityGroupId", emr_Xml256),
	RK("DefaultS3Location", emr_Xml), K("IdpAuthUrl", emr_Xml), K("IdpRelayStateParameterName", emr_Xml256),
	K("Tags", emr_Tags), K("TrustedIdentityPropagationEnabled", emr_Boolean),
	K("IdcUserAssignment", IdcUserAssignment), K("IdcInstanceArn", emr_Arn), K("EncryptionKeyArn", emr_Xml));
OUT(CreateStudio, M("StudioId", emr_Xml256), I("Url", emr_Xml));

/* ---- UpdateStudio ---- */

IN(UpdateStudio, R("StudioId", emr_Xml256), K("Name", emr_Xml256), K("Description", emr_Xml256),
	K("SubnetIds", emr_Texts), K("DefaultS3Location", emr_Xml), K("EncryptionKeyArn", emr_Xml));

/* ---- DeleteStudio ---- */

IN(DeleteStudio, R("StudioId", emr_Xml256));

/* ---- DescribeStudio ---- */

STRUCT(Studio, M("StudioId", emr_Xml256), M("StudioArn", emr_Xml256), M("Name", emr_Xml256),
	M("Description", emr_Xml256), M("AuthMode", AuthMode), M("VpcId", emr_Xml256), M("SubnetIds", emr_Texts),
	M("ServiceRole", emr_Xml), M("UserRole", emr_Xml), M("WorkspaceSecurityGroupId", emr_Xml256),
	M("EngineSecurityGroupId", emr_Xml256), I("Url", emr_Xml), M("CreationTime", emr_Date),
	M("DefaultS3Location", emr_Xml), M("IdpAuthUrl", emr_Xml), M("IdpRelayStateParameterName", emr_Xml256),
	M("Tags", emr_Tags), M("IdcInstanceArn", emr_Arn), M("TrustedIdentityPropagationEnabled", emr_Boolean),
	M("IdcUserAssignment", IdcUserAssignment), M("EncryptionKeyArn", emr_Xml));
IN(DescribeStudio, R("StudioId", emr_Xml256));
OUT(DescribeStudio, M("Studio", Studio));

/* ---- ListStudios ---- */

STRUCT(StudioSummary, M("StudioId", emr_Xml256), M("Name", emr_Xml256), M("VpcId", emr_Xml256),
	M("Description", emr_Xml256), I("Url", emr_Xml256), M("AuthMode", AuthMode), M("CreationTime", emr_Date));
LIST(StudioSummaries, StudioSummary, 0, 0);
IN(ListStudios, M("Marker", emr_Text));
OUT(ListStudios, M("Studios", StudioSummaries), M("Marker", emr_Text));

/* ---- CreateStudioSessionMapping ---- */

IN(CreateStudioSessionMapping, R("StudioId", emr_Xml256), M("IdentityId", emr_Xml256),
	M("IdentityName", emr_Xml256), R("IdentityType", IdentityType), RK("SessionPolicyArn", emr_Xml256));

/* ---- UpdateStudioSessionMapping ---- */

IN(UpdateStudioSessionMapping, R("StudioId", emr_Xml256), M("IdentityId", emr_Xml256),
	M("IdentityName", emr_Xml256), R("IdentityType", IdentityType), RK("SessionPolicyArn", emr_Xml256));

/* ---- DeleteStudioSessionMapping ---- */

IN(DeleteStudioSessionMapping, R("StudioId", emr_Xml256), M("IdentityId", emr_Xml256),
	M("IdentityName", emr_Xml256), R("IdentityType", IdentityType));

/* ---- GetStudioSessionMapping ---- */

STRUCT(SessionMappingDetail, M("StudioId", emr_Xml256), M("IdentityId", emr_Xml256),
	M("IdentityName", emr_Xml256), M("IdentityType", IdentityType), M("SessionPolicyArn", emr_Xml256),
	M("CreationTime", emr_Date), M("LastModifiedTime", emr_Date));
IN(GetStudioSessionMapping, R("StudioId", emr_Xml256), M("IdentityId", emr_Xml256),
	M("IdentityName", emr_Xml256), R("IdentityType", IdentityType));
OUT(GetStudioSessionMapping, M("SessionMapping", SessionMappingDetail));

/* ---- ListStudioSessionMappings ---- */

STRUCT(SessionMappingSummary, M("StudioId", emr_Xml256), M("IdentityId", emr_Xml256),
	M("IdentityName", emr_Xml256), M("IdentityType", IdentityType), M("SessionPolicyArn", emr_Xml256),
	M("CreationTime", emr_Date));
LIST(SessionMappingSummaries, SessionMappingSummary, 0, 0);
IN(ListStudioSessionMappings, M("StudioId", emr_Xml256), M("IdentityType", IdentityType), M("Marker", emr_Text));
OUT(ListStudioSessionMappings, M("SessionMappings", SessionMappingSummaries), M("Marker", emr_Text));
