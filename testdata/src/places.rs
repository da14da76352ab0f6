//! Places where copies of photos survive: trash folders, backups, libraries, exports.

pub mod ds_store;
pub mod info2;
pub mod recycle_bin;
pub mod trash;
pub mod trash_info;
