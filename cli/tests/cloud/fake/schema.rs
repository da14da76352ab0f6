//! What the vendor's discovery document of Drive v3, revision 20261106, allows: generated from it.

/// Parameters of every method.
pub const GLOBAL: [&str; 11] = [
    "$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint",
    "quotaUser", "uploadType", "upload_protocol",
];

/// Parameters of `files.list`.
pub const LIST: [&str; 15] = [
    "corpora", "corpus", "driveId", "includeItemsFromAllDrives", "includeLabels",
    "includePermissionsForView", "includeTeamDriveItems", "orderBy", "pageSize", "pageToken", "q",
    "spaces", "supportsAllDrives", "supportsTeamDrives", "teamDriveId",
];

/// Parameters of `files.get`, but for the id in its path.
pub const GET: [&str; 5] = [
    "acknowledgeAbuse", "includeLabels", "includePermissionsForView", "supportsAllDrives",
    "supportsTeamDrives",
];

/// Parameters of `files.update`, but for the id in its path.
pub const UPDATE: [&str; 10] = [
    "addParents", "enforceSingleParent", "includeLabels", "includePermissionsForView",
    "keepRevisionForever", "ocrLanguage", "removeParents", "supportsAllDrives",
    "supportsTeamDrives", "useContentAsIndexableText",
];

/// Scopes that list and get, without what they all begin with.
pub const READ_SCOPES: [&str; 8] = [
    "drive", "drive.appdata", "drive.file", "drive.meet.readonly", "drive.metadata",
    "drive.metadata.readonly", "drive.photos.readonly", "drive.readonly",
];

/// Scopes that update.
pub const UPDATE_SCOPES: [&str; 5] = [
    "drive", "drive.appdata", "drive.file", "drive.metadata", "drive.scripts",
];

/// Fields of a `FileList`.
pub const PAGE_FIELDS: [&str; 4] = [
    "files", "incompleteSearch", "kind", "nextPageToken",
];

/// Fields of a `File`.
pub const FILE_FIELDS: [&str; 65] = [
    "appProperties", "capabilities", "clientEncryptionDetails", "contentHints",
    "contentRestrictions", "copyRequiresWriterPermission", "createdTime", "description",
    "downloadRestrictions", "driveId", "explicitlyTrashed", "exportLinks", "fileExtension",
    "folderColorRgb", "fullFileExtension", "hasAugmentedPermissions", "hasThumbnail",
    "headRevisionId", "iconLink", "id", "imageMediaMetadata", "inheritedPermissionsDisabled",
    "isAppAuthorized", "kind", "labelInfo", "lastModifyingUser", "linkShareMetadata",
    "md5Checksum", "mimeType", "modifiedByMe", "modifiedByMeTime", "modifiedTime", "name",
    "originalFilename", "ownedByMe", "owners", "parents", "permissionIds", "permissions",
    "properties", "quotaBytesUsed", "resourceKey", "sha1Checksum", "sha256Checksum", "shared",
    "sharedWithMeTime", "sharingUser", "shortcutDetails", "size", "spaces", "starred",
    "teamDriveId", "thumbnailLink", "thumbnailVersion", "trashed", "trashedTime", "trashingUser",
    "version", "videoMediaMetadata", "viewedByMe", "viewedByMeTime", "viewersCanCopyContent",
    "webContentLink", "webViewLink", "writersCanShare",
];

/// Fields of its `imageMediaMetadata`.
pub const IMAGE_FIELDS: [&str; 21] = [
    "aperture", "cameraMake", "cameraModel", "colorSpace", "exposureBias", "exposureMode",
    "exposureTime", "flashUsed", "focalLength", "height", "isoSpeed", "lens", "location",
    "maxApertureValue", "meteringMode", "rotation", "sensor", "subjectDistance", "time",
    "whiteBalance", "width",
];

/// Fields of its `capabilities`.
pub const CAPABILITIES: [&str; 46] = [
    "canAcceptOwnership", "canAccessViaGenAi", "canAddChildren", "canAddFolderFromAnotherDrive",
    "canAddMyDriveParent", "canChangeCopyRequiresWriterPermission",
    "canChangeItemDownloadRestriction", "canChangeSecurityUpdateEnabled",
    "canChangeViewersCanCopyContent", "canComment", "canCopy", "canDelete", "canDeleteChildren",
    "canDisableInheritedPermissions", "canDownload", "canEdit", "canEnableInheritedPermissions",
    "canListChildren", "canModifyContent", "canModifyContentRestriction",
    "canModifyEditorContentRestriction", "canModifyLabels", "canModifyOwnerContentRestriction",
    "canMoveChildrenOutOfDrive", "canMoveChildrenOutOfTeamDrive", "canMoveChildrenWithinDrive",
    "canMoveChildrenWithinTeamDrive", "canMoveItemIntoTeamDrive", "canMoveItemOutOfDrive",
    "canMoveItemOutOfTeamDrive", "canMoveItemWithinDrive", "canMoveItemWithinTeamDrive",
    "canMoveTeamDriveItem", "canReadDrive", "canReadLabels", "canReadRevisions",
    "canReadTeamDrive", "canRemoveChildren", "canRemoveContentRestriction",
    "canRemoveMyDriveParent", "canRename", "canShare", "canStartApproval", "canTrash",
    "canTrashChildren", "canUntrash",
];

/// Fields of a `User`.
pub const USER_FIELDS: [&str; 6] = [
    "displayName", "emailAddress", "kind", "me", "permissionId", "photoLink",
];
