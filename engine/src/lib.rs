//! From a device to a report.
