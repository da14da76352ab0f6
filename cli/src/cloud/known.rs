//! The services that are known.

use super::drive::Drive;
use super::dropbox::Dropbox;
use super::service::Service;
use super::vendor::Vendor;

/// The service of a vendor.
pub fn service(vendor: Vendor) -> &'static dyn Service {
    match vendor {
        Vendor::Drive => &Drive,
        Vendor::Dropbox => &Dropbox,
    }
}
