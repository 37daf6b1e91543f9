//! Whether a proxy that the environment names is meant for a cluster: never for this machine itself,
//! nor for what `NO_PROXY` lists.

use std::net::{IpAddr, Ipv4Addr};

use http::Uri;

/// `no_proxy` as the environment has it: hosts, `.suffixes`, addresses, IPv4 networks, or `*`.
pub(super) fn goes_direct(server: &Uri, no_proxy: Option<&str>) -> bool {
    let Some(host) = server.host() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    // What is not encrypted is not what HTTPS_PROXY is for.
    if server.scheme_str() == Some("http")
        || host == "localhost"
        || address.is_some_and(|address| address.is_loopback())
    {
        return true;
    }
    let listed = no_proxy.unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty());
    listed.into_iter().any(|entry| covers(&entry.to_ascii_lowercase(), &host, address))
}

fn covers(entry: &str, host: &str, address: Option<IpAddr>) -> bool {
    let name = entry.trim_start_matches("*.").trim_start_matches('.');
    if entry == "*" || entry == host {
        return true;
    }
    match address {
        Some(IpAddr::V4(address)) => is_within(entry, address),
        Some(IpAddr::V6(_)) => false,
        None => {
            host == name && entry == name
                || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
        }
    }
}

fn is_within(network: &str, address: Ipv4Addr) -> bool {
    let Some((base, bits)) = network.split_once('/') else { return false };
    let (Ok(base), Ok(bits)) = (base.parse::<Ipv4Addr>(), bits.parse::<u32>()) else {
        return false;
    };
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
    base.to_bits() & mask == address.to_bits() & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_passed_by_for_this_machine_and_for_what_is_listed() {
        let check = |server: &str, no_proxy: &str, expected: bool| {
            let server: Uri = server.parse().unwrap();
            assert_eq!(goes_direct(&server, Some(no_proxy)), expected, "{server} {no_proxy}");
        };
        check("https://127.0.0.1:6443", "", true);
        check("http://cluster.example:80", "", true);
        check("https://[::1]:6443", "", true);
        check("https://api.example.org", "", false);
        check("https://api.example.org", "other.org, example.org", true);
        check("https://api.example.org", ".example.org", true);
        check("https://badexample.org", "example.org", false);
        check("https://10.1.2.3", "10.0.0.0/8", true);
        check("https://11.1.2.3", "10.0.0.0/8", false);
        check("https://11.1.2.3", "0.0.0.0/0", true);
        check("https://api.example.org", "*", true);
    }
}
