//! Places where copies of photos survive.

pub mod android_cache;
pub mod backup;
pub mod file_history;
pub mod kept_photo;
pub mod photos_sqlite;
pub mod shadow_copies;
pub mod sparse_bundle;
pub mod takeout;
pub mod thumb_cache;
pub mod thumbs_db;
pub mod time_machine;
pub mod xdg_cache;
//! Places where copies of photos survive: trash folders, backups, libraries, exports.
pub mod ds_store;
pub mod info2;
pub mod recycle_bin;
pub mod trash;
pub mod trash_info;
