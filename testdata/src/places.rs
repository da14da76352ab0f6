//! Places where copies of photos survive: trash folders, backups, libraries, exports, caches.

pub mod android_cache;
pub mod backup;
pub mod ds_store;
pub mod file_history;
pub mod info2;
pub mod kept_photo;
pub mod photo_trees;
pub mod photos_sqlite;
pub mod recycle_bin;
pub mod shadow_copies;
pub mod sparse_bundle;
pub mod takeout;
pub mod thumb_cache;
pub mod thumbs_db;
pub mod time_machine;
pub mod trash;
pub mod trash_info;
pub mod xdg_cache;
