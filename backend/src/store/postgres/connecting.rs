//! Connects to a database.

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{
    Config, NoTls, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

use super::{
    OPTIONS, Postgres, Settings,
    asking::{Link, PATIENCE},
};
use crate::{core::Millis, store::StoreError};

impl Postgres {
    /// Connects to the database that `url` names (`postgres://…`, or `key=value` pairs as
    /// libpq reads them), and brings the schema up to date, for which it needs the right to
    /// create unless it is. Without TLS: through a local socket, or a network that encrypts.
    ///
    /// # Errors
    ///
    /// Where `url` or the name of the schema is none, and where the database does not
    /// answer or refuses.
    pub async fn connect(url: &str, settings: &Settings) -> Result<Self, StoreError> {
        Self::open(url, settings, NoTls, 0).await
    }

    /// For tests, which do not wait: it is `now` until [`Postgres::set_now`] says otherwise.
    ///
    /// # Errors
    ///
    /// As [`Postgres::connect`].
    #[doc(hidden)]
    pub async fn connect_at(
        url: &str,
        settings: &Settings,
        now: Millis,
    ) -> Result<Self, StoreError> {
        Self::open(url, settings, NoTls, now).await
    }

    /// The same as [`Postgres::connect`], through `tls`, such as that of `tokio-postgres-rustls`.
    ///
    /// # Errors
    ///
    /// As [`Postgres::connect`].
    pub async fn connect_with<T>(url: &str, settings: &Settings, tls: T) -> Result<Self, StoreError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + Sync,
        T::TlsConnect: Send + Sync,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        Self::open(url, settings, tls, 0).await
    }

    /// It is `now`; 0: what the database's clock says.
    async fn open<T>(
        url: &str,
        settings: &Settings,
        tls: T,
        now: Millis,
    ) -> Result<Self, StoreError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + Sync,
        T::TlsConnect: Send + Sync,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let mut config: Config = url
            .parse()
            .map_err(|_| StoreError("PostgreSQL: that is no URL of a database".into()))?;
        // What the URL says stands last, and holds.
        let own = config.get_options().unwrap_or_default();
        config.options(format!("{OPTIONS} {own}"));
        config.connect_timeout(PATIENCE);
        if config.get_application_name().is_none() {
            config.application_name("downscope");
        }
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method });
        let pool = Pool::builder(manager)
            .max_size(settings.connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .build()
            .map_err(|_| StoreError("PostgreSQL: no pool of connections".into()))?;
        Self::begin(Link(pool), settings, now).await
    }
}
