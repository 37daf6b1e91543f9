//! How a storage is reached: credentials, region, endpoint, proxy, certificates, patience.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
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
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{
    ConfigBag, Intercept, RequestChecksumCalculation, ResponseChecksumValidation,
    RuntimeComponents, SharedHttpClient,
};
use aws_sdk_s3::error::BoxError;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;

use crate::adapters::clock::TheirClock;
use crate::adapters::error::{AdapterError, System};
use crate::adapters::s3::S3;
use crate::adapters::s3::refusal::{self, Access, Attempt};
use crate::domain::failure::FailureKind;
use crate::domain::settings::Storage;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection may be silent.
pub(super) const STALL: Duration = Duration::from_secs(30);
/// Where AWS answers for buckets of any region; other storages do not look at it.
const ANY_REGION: &str = "us-east-1";

/// Where the region comes from.
#[derive(Debug)]
pub(super) enum Location {
    /// It was given, or does not matter.
    Known,
    /// Each bucket is asked once; its client is kept.
    Asked(Mutex<HashMap<String, Client>>),
}

impl S3 {
    /// Prepares to speak to `storage`. Asks for a role where one is named, and for nothing else: a
    /// login that has expired shows at the first request.
    pub async fn connect(storage: &Storage) -> Result<Self, AdapterError> {
        let access = Access {
            storage: storage.name.clone(),
            profile: storage.profile.clone(),
            endpoint: storage.endpoint.clone(),
            given_keys: storage.keys.is_some(),
        };
        let http = http_client(storage).map_err(|reason| unprepared(storage, reason))?;
        let region = region(storage).await;
        let location = match (&region, &storage.endpoint) {
            (None, None) => Location::Asked(Mutex::default()),
            _ => Location::Known,
        };
        let config = configuration(storage, region, http).await;
        let clock = TheirClock::default();
        let mut settings = aws_sdk_s3::config::Builder::from(&config)
            .interceptor(Dates(clock.clone()))
            .force_path_style(storage.path_style)
            // A range carries no checksum; the whole file is compared at the end.
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if storage.endpoint.is_some() {
            // Storages other than AWS may not know the checksum headers.
            settings =
                settings.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        }
        let client = Client::from_conf(settings.build());
        Ok(Self { client, access: Arc::new(access), location: Arc::new(location), clock })
    }

    /// The client for the region that `bucket` is in.
    pub(super) async fn client(&self, bucket: &str) -> Result<Client, AdapterError> {
        let Location::Asked(clients) = &*self.location else { return Ok(self.client.clone()) };
        let known = clients.lock().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned();
        if let Some(client) = known {
            return Ok(client);
        }
        let attempt = Attempt {
            access: &self.access,
            operation: "asking for the region of",
            target: format!("s3://{bucket}"),
            permission: "s3:ListBucket",
        };
        let answer = self.client.head_bucket().bucket(bucket).send().await;
        let region = match &answer {
            Ok(found) => found.bucket_region(),
            Err(error) => refusal::region(error),
        };
        let Some(region) = region.map(|region| Region::new(region.to_owned())) else {
            let advice = format!(
                "set the `region` of the storage `{}` where it is known",
                self.access.storage
            );
            return Err(match answer {
                Ok(_) => AdapterError {
                    advice: Some(advice),
                    ..attempt.failed(FailureKind::Unexpected, "the answer does not name it")
                },
                Err(error) => {
                    let refused = attempt.refused(error);
                    AdapterError { advice: refused.advice.or(Some(advice)), ..refused }
                }
            });
        };
        tracing::debug!(bucket, %region, "found the region of a bucket");
        let client = Client::from_conf(self.client.config().to_builder().region(region).build());
        clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(bucket.to_owned(), client.clone());
        Ok(client)
    }

    pub(super) fn attempt(
        &self,
        operation: &'static str,
        target: String,
        permission: &'static str,
    ) -> Attempt<'_> {
        Attempt { access: &self.access, operation, target, permission }
    }
}

/// Reads the time off each answer.
#[derive(Debug)]
struct Dates(TheirClock);

impl Intercept for Dates {
    fn name(&self) -> &'static str {
        "dates"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date") {
            self.0.hear(date);
        }
        Ok(())
    }
}

fn unprepared(storage: &Storage, reason: String) -> AdapterError {
    AdapterError {
        system: System::S3,
        operation: "preparing to reach",
        target: format!("the storage `{}`", storage.name),
        kind: FailureKind::Unexpected,
        reason,
        advice: None,
        source: None,
    }
}

/// The region that was written down somewhere: in the settings, the environment, the profile.
/// Instance metadata is not asked: buckets know their regions themselves.
async fn region(storage: &Storage) -> Option<Region> {
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

async fn configuration(
    storage: &Storage,
    region: Option<Region>,
    http: SharedHttpClient,
) -> SdkConfig {
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
    if let Some(endpoint) = &storage.endpoint {
        config = config.into_builder().endpoint_url(endpoint).build();
    }
    config
}

/// Speaks through the environment's proxy, and trusts what the system and `AWS_CA_BUNDLE` trust.
fn http_client(storage: &Storage) -> Result<SharedHttpClient, String> {
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
    let proxy = match &storage.endpoint {
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
