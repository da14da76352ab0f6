//! How much memory this process uses, where the system says so.

/// Bytes of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Anonymous memory now: what the process holds beside the pages of files.
    pub anonymous: u64,
    /// The most memory so far, pages of mapped files included.
    pub peak: u64,
}

/// Memory of this process now.
#[cfg(target_os = "linux")]
pub fn now() -> Option<Memory> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Memory of this process now.
#[cfg(not(target_os = "linux"))]
pub fn now() -> Option<Memory> {
    None
}

/// What a `status` file says. Source: proc_pid_status(5).
#[cfg(any(target_os = "linux", test))]
fn parse(status: &str) -> Option<Memory> {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(Memory { anonymous: field("RssAnon")?, peak: field("VmHWM")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_status_file_are_in_kib() {
        let status = "Name:\tafterimage\nVmHWM:\t    6144 kB\nRssAnon:\t    2048 kB\n";
        assert_eq!(parse(status), Some(Memory { anonymous: 2 << 20, peak: 6 << 20 }));
        assert_eq!(parse("Name:\tafterimage\n"), None);
    }
}
