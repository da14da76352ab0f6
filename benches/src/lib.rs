//! Benchmarks of afterimage.
