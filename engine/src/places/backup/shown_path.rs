//! Where a file was, as the owner of the phone knew it.

/// The domain of the camera roll.
pub const CAMERA_ROLL: &str = "CameraRollDomain/Media/";

/// Where a file was, as the owner of the phone knew it: of the camera roll without its domain, `DCIM/...`.
pub fn shown_path(path: &str) -> &str {
    path.strip_prefix(CAMERA_ROLL).filter(|rest| !rest.is_empty()).unwrap_or(path)
}
