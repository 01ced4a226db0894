package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/spool"
)

// The errors of this package. What other packages call an error stands beside
// them in the table.
var (
	errNoRoute       = errors.New("there is nothing at this address")
	errMethod        = errors.New("the address does not take this method")
	errMalformed     = errors.New("the request could not be read")
	errParameter     = errors.New("a parameter of the request is not acceptable")
	errBodyTooLarge  = errors.New("the body is too large")
	errMediaType     = errors.New("the body is of a type that is not taken here")
	errNoCredentials = errors.New("a bearer key is needed")
	errScope         = errors.New("the key does not have the right to do this")
	errKeyMissing    = errors.New("the header Idempotency-Key is needed")
	errTooMany       = errors.New("asked too often")
	errNoSigningKey  = errors.New("there is no signing key of this name")
	errUnusableFile  = errors.New("the file cannot be signed or extended")
	errNotReady      = errors.New("the service is not ready")
	errNoIfMatch     = errors.New("the header If-Match is needed")
	errRule          = errors.New("the law of the documents does not allow this now")
	errTooSlow       = errors.New("the body came too slowly")
	errNoRegister    = errors.New("the database or its disk does not answer")
	errBusy          = errors.New("the service is at work on as much as it can hold")
	errPanic         = errors.New("the program panicked; the log has the stack")
)

// outcome is a row of the table: what an error becomes.
type outcome struct {
	is     error
	status int
	code   string
	title  web.Label
}

// outcomes is the only place that turns errors into statuses. What is not in
// it is our fault: it is logged, and the client is told nothing.
func outcomes() []outcome {
	return []outcome{
		{errNoRoute, http.StatusNotFound, "not_found",
			web.Label{KK: "Мұндай мекенжай жоқ", RU: "Такого адреса нет", EN: "There is nothing at this address"}},
		{registry.ErrNotFound, http.StatusNotFound, "document_not_found",
			web.Label{KK: "Құжат табылмады", RU: "Документ не найден", EN: "Document not found"}},
		{store.ErrNoExtension, http.StatusNotFound, "document_not_found",
			web.Label{KK: "Құжат табылмады", RU: "Документ не найден", EN: "Document not found"}},
		{registry.ErrErased, http.StatusGone, "document_erased",
			web.Label{KK: "Құжаттың мазмұны жойылған", RU: "Содержание документа удалено", EN: "The content of the document was erased"}},
		{documents.ErrBadNumber, http.StatusNotFound, "document_not_found",
			web.Label{KK: "Құжат табылмады", RU: "Документ не найден", EN: "Document not found"}},
		{errMethod, http.StatusMethodNotAllowed, "method_not_allowed",
			web.Label{KK: "Бұл әдіске рұқсат етілмейді", RU: "Метод не поддерживается", EN: "Method not allowed"}},
		{errMalformed, http.StatusBadRequest, "malformed_request",
			web.Label{KK: "Сұрауды оқу мүмкін емес", RU: "Не удалось прочитать запрос", EN: "The request could not be read"}},
		{errParameter, http.StatusBadRequest, "invalid_parameter",
			web.Label{KK: "Сұраудың деректері қате", RU: "Ошибка в данных запроса", EN: "A parameter is not acceptable"}},
		{errKeyMissing, http.StatusBadRequest, "idempotency_key_required",
			web.Label{KK: "Idempotency-Key тақырыбы қажет", RU: "Нужен заголовок Idempotency-Key", EN: "Idempotency-Key is required"}},
		{store.ErrBadKey, http.StatusBadRequest, "idempotency_key_malformed",
			web.Label{KK: "Idempotency-Key қате", RU: "Недопустимый Idempotency-Key", EN: "Idempotency-Key is not acceptable"}},
		{errNoCredentials, http.StatusUnauthorized, "unauthorized",
			web.Label{KK: "Қол жеткізу кілті қажет", RU: "Нужен ключ доступа", EN: "A bearer key is needed"}},
		{store.ErrUnknownClient, http.StatusUnauthorized, "unauthorized",
			web.Label{KK: "Қол жеткізу кілті жарамсыз", RU: "Ключ доступа недействителен", EN: "The bearer key is not valid"}},
		{errScope, http.StatusForbidden, "insufficient_scope",
			web.Label{KK: "Бұған құқық жоқ", RU: "Недостаточно прав", EN: "The key does not have this right"}},
		{store.ErrInProgress, http.StatusConflict, "in_progress",
			web.Label{KK: "Дәл осындай сұрау орындалып жатыр", RU: "Такой же запрос выполняется", EN: "The same request is in progress"}},
		{registry.ErrVoid, http.StatusConflict, "reservation_void",
			web.Label{KK: "Резервтелген нөмірдің күші жойылған", RU: "Резерв номера аннулирован", EN: "The reservation was declared void"}},
		{errTooSlow, http.StatusRequestTimeout, "body_too_slow",
			web.Label{KK: "Сұрау тым баяу жіберілді", RU: "Запрос передавался слишком медленно", EN: "The body came too slowly"}},
		{errBodyTooLarge, http.StatusRequestEntityTooLarge, "body_too_large",
			web.Label{KK: "Сұрау тым үлкен", RU: "Запрос слишком велик", EN: "The body is too large"}},
		{signing.ErrTooLarge, http.StatusRequestEntityTooLarge, "body_too_large",
			web.Label{KK: "Файл тым үлкен", RU: "Файл слишком велик", EN: "The file is too large"}},
		{errMediaType, http.StatusUnsupportedMediaType, "unsupported_media_type",
			web.Label{KK: "Деректердің бұл түріне қолдау көрсетілмейді", RU: "Тип данных не поддерживается", EN: "Media type not supported"}},
		{store.ErrKeyReused, http.StatusUnprocessableEntity, "idempotency_key_reused",
			web.Label{KK: "Idempotency-Key басқа сұрауға қолданылған", RU: "Idempotency-Key использован для другого запроса", EN: "Idempotency-Key was used for another request"}},
		{errNoSigningKey, http.StatusUnprocessableEntity, "unknown_signing_key",
			web.Label{KK: "Мұндай қол қою кілті жоқ", RU: "Такого ключа подписи нет", EN: "There is no such signing key"}},
		{registry.ErrChanged, http.StatusPreconditionFailed, "document_changed",
			web.Label{KK: "Құжат осы аралықта өзгерген", RU: "Документ тем временем изменился", EN: "The document has changed since"}},
		{errNoIfMatch, http.StatusPreconditionRequired, "if_match_required",
			web.Label{KK: "If-Match тақырыбы қажет", RU: "Нужен заголовок If-Match", EN: "If-Match is required"}},
		{errRule, http.StatusUnprocessableEntity, "event_not_allowed",
			web.Label{KK: "Құжаттың қазіргі жағдайында бұған жол берілмейді", RU: "В нынешнем состоянии документа это невозможно", EN: "Not possible in the document's present state"}},
		{registry.ErrBadPhotograph, http.StatusUnprocessableEntity, "bad_photograph",
			web.Label{KK: "Фотосурет жарамсыз", RU: "Фотография не подходит", EN: "The photograph cannot be printed"}},
		{registry.ErrNoLayout, http.StatusNotImplemented, "kind_not_available",
			web.Label{KK: "Мұндай құжаттар мұнда ресімделмейді", RU: "Такие документы здесь не оформляются", EN: "Documents of this kind cannot be issued here"}},
		{pdf.ErrNoEdition, http.StatusServiceUnavailable, "no_edition",
			web.Label{KK: "Құжаттың бұл түрі үшін қолданыстағы қағидалар енгізілмеген", RU: "Действующие правила для такого документа не введены", EN: "No rules in force are entered for this document"}},
		{rulebook.ErrUnusable, http.StatusServiceUnavailable, "rules_unusable",
			web.Label{KK: "Енгізілген қағидаларды қолдану мүмкін емес", RU: "Введённые правила применить невозможно", EN: "The rules that were entered cannot be used"}},
		{errUnusableFile, http.StatusUnprocessableEntity, "unusable_file",
			web.Label{KK: "Бұл файлға қол қою мүмкін емес", RU: "Этот файл нельзя подписать", EN: "This file cannot be signed"}},
		{creation.ErrTimestamp, http.StatusServiceUnavailable, "timestamp_unavailable",
			web.Label{KK: "Уақыт белгісін алу мүмкін емес", RU: "Метку времени получить не удалось", EN: "No timestamp could be obtained"}},
		{creation.ErrEvidence, http.StatusServiceUnavailable, "evidence_unavailable",
			web.Label{KK: "Тіркеу куәлігінің мәртебесі туралы мәлімет алынбады", RU: "Сведения о статусе регистрационного свидетельства получить не удалось", EN: "No evidence about a certificate could be obtained"}},
		{errTooMany, http.StatusTooManyRequests, "too_many_requests",
			web.Label{KK: "Сұраулар тым көп", RU: "Слишком много запросов", EN: "Too many requests"}},
		{errBusy, http.StatusServiceUnavailable, "busy", busy()},
		{spool.ErrFull, http.StatusServiceUnavailable, "busy", busy()},
		{store.ErrUnavailable, http.StatusServiceUnavailable, "register_unavailable",
			web.Label{KK: "Тізілімге қазір қол жеткізу мүмкін емес", RU: "Реестр сейчас недоступен", EN: "The register cannot be reached now"}},
		{context.DeadlineExceeded, http.StatusServiceUnavailable, "took_too_long",
			web.Label{KK: "Сұрауды уақытында орындау мүмкін болмады", RU: "Запрос не удалось выполнить за отведённое время", EN: "The request could not be answered in time"}},
		{errNoRegister, http.StatusServiceUnavailable, "register_unavailable",
			web.Label{KK: "Тізілімге қазір қол жеткізу мүмкін емес", RU: "Реестр сейчас недоступен", EN: "The register cannot be reached now"}},
		{errNotReady, http.StatusServiceUnavailable, "not_ready",
			web.Label{KK: "Ақпараттық жүйе уақытша қолжетімсіз", RU: "Информационная система временно недоступна", EN: "The service is not ready"}},
		{creation.ErrOutsideValidity, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrNotSigningKey, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrKeyMismatch, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrKeyRevoked, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrKeyStatus, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{registry.ErrClock, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{registry.ErrNotVerified, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrOutput, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
	}
}

func busy() web.Label {
	return web.Label{KK: "Ақпараттық жүйе қазір бос емес, сәл кейінірек қайталаңыз", RU: "Информационная система сейчас занята, повторите немного позже", EN: "The service is busy now; try again a little later"}
}

func signingUnavailable() web.Label {
	return web.Label{KK: "Қазір қол қою мүмкін емес", RU: "Сейчас подписать невозможно", EN: "Signing is not possible now"}
}

// invalidDocument is the row of *documents.InvalidError, which is no sentinel.
func invalidDocument(err error) outcome {
	return outcome{err, http.StatusUnprocessableEntity, "invalid_document",
		web.Label{KK: "Құжаттың мазмұны толық емес немесе қате", RU: "Сведения документа неполны или содержат ошибки", EN: "The content of the document is incomplete or wrong"}}
}

func internal(err error) outcome {
	return outcome{err, http.StatusInternalServerError, "internal",
		web.Label{KK: "Ақпараттық жүйенің ішкі қатесі", RU: "Внутренняя ошибка информационной системы", EN: "Internal error of the service"}}
}

// outcomeOf finds the row of an error.
func outcomeOf(err error) outcome {
	var invalid *documents.InvalidError
	if errors.As(err, &invalid) {
		return invalidDocument(err)
	}
	for _, o := range outcomes() {
		if errors.Is(err, o.is) || o.is == errNoRegister && store.Unavailable(err) {
			return o
		}
	}
	return internal(err)
}

// fault is an error of ours with what may be told of it.
type fault struct {
	is     error
	detail string // English; repeats nothing that may be personal
	fields []FieldError
	after  int // seconds, for Retry-After
}

func (f *fault) Error() string {
	if f.detail == "" {
		return f.is.Error()
	}
	return fmt.Sprintf("%v: %s", f.is, f.detail)
}

func (f *fault) Unwrap() error { return f.is }

// badField says what is wrong with one parameter.
func badField(pointer, code, detail string) error {
	return &fault{is: errParameter, fields: []FieldError{{Pointer: pointer, Code: code, Detail: detail}}}
}

// fromEcho translates the router's errors and the body reader's into ours.
func fromEcho(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return fmt.Errorf("%w: %w", errBodyTooLarge, err)
	case errors.Is(err, echo.ErrNotFound):
		return errNoRoute
	case errors.Is(err, echo.ErrMethodNotAllowed):
		return errMethod
	}
	return err
}

// hungUp reports whether the error is only that the client went away.
func hungUp(c echo.Context, err error) bool {
	return errors.Is(err, context.Canceled) && contextOf(c).Err() != nil
}
