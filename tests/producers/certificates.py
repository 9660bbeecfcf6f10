"""A certificate authority made for one test run, and certificates signed by it: of a server named localhost, and of
clients."""

import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


def issue(folder: Path, *clients: str, password: str | None = None) -> tuple[Path, ssl.SSLContext]:
    """Returns the file of the authority's certificate, and the context of a server named localhost. For each of
    `clients` there is a certificate with its key, under `password`, in the file of that name with ".pem"."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Homeward test CA", ca_key.public_key(), "Homeward test CA", ca_key, authority=True)
    (folder / "ca.pem").write_bytes(ca.public_bytes(_PEM))
    for name in ("localhost", *clients):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key.public_key(), "Homeward test CA", ca_key, authority=False)
        file, secret = ("server", None) if name == "localhost" else (name, password)
        locked = serialization.BestAvailableEncryption(secret.encode()) if secret else serialization.NoEncryption()
        written = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, locked)
        (folder / f"{file}.pem").write_bytes(certificate.public_bytes(_PEM) + written)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return folder / "ca.pem", context


def _certificate(
    name: str, public: ec.EllipticCurvePublicKey, by: str, key: ec.EllipticCurvePrivateKey, authority: bool
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    usage = dict.fromkeys((*unused, "decipher_only"), False)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=authority, crl_sign=authority, **usage), critical=True
        )
        .add_extension(identifier, critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
