package dev.weft.process;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Makes the Kubernetes client use {@link LivingConnections}, configured like the JDK's own client.
 */
final class LivingConnectionsFactory extends JdkHttpClientFactory {
  @Override
  protected HttpClient.Builder createNewHttpClientBuilder() {
    return new Builder(super.createNewHttpClientBuilder());
  }

  /** Passes its settings on to every client that {@link LivingConnections} makes. */
  private static final class Builder implements HttpClient.Builder {
    private final HttpClient.Builder builder;

    Builder(HttpClient.Builder builder) {
      this.builder = builder;
    }

    private Builder after(HttpClient.Builder same) {
      if (!same.equals(builder)) {
        throw new IllegalStateException("the JDK's builder returns itself");
      }
      return this;
    }

    @Override
    public HttpClient.Builder cookieHandler(CookieHandler handler) {
      return after(builder.cookieHandler(handler));
    }

    @Override
    public HttpClient.Builder connectTimeout(Duration timeout) {
      return after(builder.connectTimeout(timeout));
    }

    @Override
    public HttpClient.Builder sslContext(SSLContext context) {
      return after(builder.sslContext(context));
    }

    @Override
    public HttpClient.Builder sslParameters(SSLParameters parameters) {
      return after(builder.sslParameters(parameters));
    }

    @Override
    public HttpClient.Builder executor(Executor executor) {
      return after(builder.executor(executor));
    }

    @Override
    public HttpClient.Builder followRedirects(HttpClient.Redirect policy) {
      return after(builder.followRedirects(policy));
    }

    @Override
    public HttpClient.Builder version(HttpClient.Version version) {
      return after(builder.version(version));
    }

    @Override
    public HttpClient.Builder priority(int priority) {
      return after(builder.priority(priority));
    }

    @Override
    public HttpClient.Builder proxy(ProxySelector selector) {
      return after(builder.proxy(selector));
    }

    @Override
    public HttpClient.Builder authenticator(Authenticator authenticator) {
      return after(builder.authenticator(authenticator));
    }

    @Override
    public HttpClient.Builder localAddress(InetAddress address) {
      return after(builder.localAddress(address));
    }

    @Override
    public HttpClient build() {
      return new LivingConnections(builder::build);
    }
  }
}
