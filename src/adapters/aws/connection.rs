//! How AWS and what speaks its protocols is reached: credentials, region, endpoint, proxy,
//! certificates, patience.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;

use crate::domain::settings::Storage;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection may be silent.
pub(in crate::adapters) const STALL: Duration = Duration::from_secs(30);
/// Where AWS answers for buckets of any region; other storages do not look at it.
const ANY_REGION: &str = "us-east-1";

/// The region that was written down somewhere: in the settings, the environment, the profile.
/// Instance metadata is not asked: buckets know their regions themselves.
pub(in crate::adapters) async fn region(storage: &Storage) -> Option<Region> {
    if let Some(region) = &storage.region {
        return Some(Region::new(region.clone()));
    }
    if storage.endpoint.is_some() {
        return None;
    }
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &storage.profile {
        profile = profile.profile_name(name);
    }
    let profile = profile.build();
    let chain = match storage.profile {
        Some(_) => RegionProviderChain::first_try(profile),
        None => RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
            .or_else(profile),
    };
    chain.region().await
}

/// What every client of the storage's login starts from; fails with a sentence. Asks for a role
/// where one is named, and for nothing else.
pub(in crate::adapters) async fn configuration(
    storage: &Storage,
    region: Option<Region>,
    endpoint: Option<&str>,
) -> Result<SdkConfig, String> {
    let http = http_client(endpoint)?;
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_WITHIN).read_timeout(STALL);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .region(region.unwrap_or(Region::from_static(ANY_REGION)))
        .retry_config(RetryConfig::standard())
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled().grace_period(STALL).build(),
        )
        .timeout_config(timeouts.build());
    if let Some(profile) = &storage.profile {
        loader = loader.profile_name(profile);
    }
    if let Some((access_key, secret_key)) = &storage.keys {
        let keys = Credentials::new(access_key, secret_key.expose_secret(), None, None, "settings");
        loader = loader.credentials_provider(keys);
    }
    let own = loader.load().await;
    let mut config = match &storage.role_arn {
        None => own,
        Some(role) => {
            let assumed = AssumeRoleProvider::builder(role).session_name("lifeboat");
            let assumed = assumed.configure(&own).build().await;
            let provider = aws_credential_types::provider::SharedCredentialsProvider::new(assumed);
            own.into_builder().credentials_provider(provider).build()
        }
    };
    // Only now: the role is asked for at AWS's own door.
    if let Some(endpoint) = endpoint {
        config = config.into_builder().endpoint_url(endpoint).build();
    }
    Ok(config)
}

/// Speaks through the environment's proxy, and trusts what the system and `AWS_CA_BUNDLE` trust.
fn http_client(endpoint: Option<&str>) -> Result<SharedHttpClient, String> {
    let mut trusted = TrustStore::default();
    if let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        let name = path.display();
        let bundle = std::fs::read(&path)
            .map_err(|error| format!("`AWS_CA_BUNDLE` {name} cannot be read: {error}"))?;
        if !are_certificates(&bundle) {
            return Err(format!("`AWS_CA_BUNDLE` {name} does not hold certificates in PEM form"));
        }
        trusted = trusted.with_pem_certificate(bundle);
    }
    let tls = TlsContext::builder()
        .with_trust_store(trusted)
        .build()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    let proxy = match endpoint {
        Some(endpoint) if is_loopback(endpoint) => ProxyConfig::disabled(),
        _ => ProxyConfig::from_env(),
    };
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
    }))
}

/// The SDK panics at the first connection where one is broken.
fn are_certificates(bundle: &[u8]) -> bool {
    let mut store = RootCertStore::empty();
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bundle).collect();
    certificates.is_ok_and(|certificates| {
        !certificates.is_empty()
            && certificates.into_iter().all(|certificate| store.add(certificate).is_ok())
    })
}

fn is_loopback(endpoint: &str) -> bool {
    let Ok(uri) = endpoint.parse::<http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}
