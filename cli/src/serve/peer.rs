//! Which user of this machine is at the other end of a connection over loopback.
//!
//! Source: Linux, Documentation/networking/proc_net_tcp.rst: a line for each socket, with its own address, that of the
//! other end, its state and the user that it belongs to. Other systems do not tell.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};

/// The tables of sockets: a program may have made one for IPv6 and use it for an address of IPv4.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// More of a table is not read: it is longer than that of any machine that a person sits at.
const MOST_TABLE: u64 = 64 << 20;

/// The state of a connection that stands (`TCP_ESTABLISHED`).
const STANDS: &str = "01";

/// The state of a socket that waits for connections (`TCP_LISTEN`).
const LISTENS: &str = "0A";

/// The user whose program has made the connection from `theirs` to `ours`; nothing where nobody tells.
pub fn user_of(theirs: SocketAddr, ours: SocketAddr) -> Option<u32> {
    find(|line| user_in(line, theirs, Some(ours), STANDS))
}

/// Whether this system tells, by what it tells of our own socket that listens at `ours`.
pub fn is_told(ours: SocketAddr) -> bool {
    find(|line| user_in(line, ours, None, LISTENS)).is_some()
}

fn find(user_in: impl Fn(&str) -> Option<u32>) -> Option<u32> {
    TABLES.iter().find_map(|table| {
        let table = BufReader::new(File::open(table).ok()?.take(MOST_TABLE));
        table.lines().map_while(Result::ok).find_map(|line| user_in(&line))
    })
}

/// The user in a line of a table, where that is about the socket at `own` in the given state, and its other end is
/// `other`.
fn user_in(line: &str, own: SocketAddr, other: Option<SocketAddr>, state: &str) -> Option<u32> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let (first, second, found) = (words.next()?, words.next()?, words.next()?);
    let is_other = other.is_none_or(|other| is_at(second, other));
    if found != state || !is_other || !is_at(first, own) {
        return None;
    }
    words.nth(3)?.parse().ok()
}

/// Whether `text` is the address of a socket as the tables write it: each 32 bits in hex, in the order of bytes of this
/// machine, and the port. An address of IPv4 in a table of IPv6 stands after `::ffff`.
fn is_at(text: &str, address: SocketAddr) -> bool {
    let SocketAddr::V4(address) = address else { return false };
    let number = |ip: &Ipv4Addr| format!("{:08X}", u32::from_ne_bytes(ip.octets()));
    let Some((ip, port)) = text.split_once(':') else { return false };
    let mapped = format!("{:08X}{:08X}{:08X}", 0, 0, u32::from_ne_bytes([0, 0, 0xff, 0xff]));
    let ip = ip.strip_prefix(&mapped).unwrap_or(ip);
    ip == number(address.ip()) && u16::from_str_radix(port, 16) == Ok(address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback(port: u16) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, port).into()
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn a_user_is_told_by_the_line_of_its_socket() {
        let line = |own: &str, other: &str, state: &str| {
            let text = format!(
                "  12: {own} {other} {state} 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0"
            );
            user_in(&text, loopback(0xd431), Some(loopback(0x1f90)), STANDS)
        };
        assert_eq!(line("0100007F:D431", "0100007F:1F90", "01"), Some(1000));
        let mapped = "0000000000000000FFFF00000100007F";
        let (own, other) = (format!("{mapped}:D431"), format!("{mapped}:1F90"));
        assert_eq!(line(&own, &other, "01"), Some(1000));
        // Our own end of it, another connection, and one that is no more, of which nobody knows the user.
        assert_eq!(line("0100007F:1F90", "0100007F:D431", "01"), None);
        assert_eq!(line("0100007F:D431", "0100007F:1F91", "01"), None);
        assert_eq!(line("0200007F:D431", "0100007F:1F90", "01"), None);
        assert_eq!(line("0100007F:D431", "0100007F:1F90", "06"), None);
        for odd in ["", "a b c", "1: 0100007F:D431 0100007F:1F90 01", "1: x y z 0 0 0 -1"] {
            assert_eq!(user_in(odd, loopback(0xd431), None, STANDS), None, "{odd}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn our_own_connection_is_of_this_user() {
        let listener = std::net::TcpListener::bind(loopback(0)).unwrap();
        let ours = listener.local_addr().unwrap();
        if File::open(TABLES[0]).is_err() {
            return;
        }
        assert!(is_told(ours));
        let client = std::net::TcpStream::connect(ours).unwrap();
        let (_stream, theirs) = listener.accept().unwrap();
        assert_eq!(theirs, client.local_addr().unwrap());
        assert_eq!(user_of(theirs, ours), Some(rustix::process::geteuid().as_raw()));
    }
}
