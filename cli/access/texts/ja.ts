import type { Texts } from "./texts";
import type { Translation } from "./translated";

export const ja: Translation<Texts> = {
  words: {
    skipToText: "本文へ移動",
    contents: "目次",
    filter: "行の絞り込み",
    all: "{column}: すべて",
    rowsShown: "{all} 行中 {shown} 行",
    inWords: "図の内容",
    reaches: "{from} → {to}",
    today: "今日",
    unit: "年と月 (UTC)",
    noEnd: "期限なし",
    none: "なし",
  },
  kinds: {
    guest: {
      name: "ゲスト ユーザー",
      meaning:
        "テナントにサインインできる MSSP の担当者です。権限はグループ、ロール、アクセス パッケージを通じてのみ与えられます。",
    },
    group: {
      name: "セキュリティ グループ",
      meaning: "メンバーはグループに割り当てられたロールを得ます。グループから外されると、そのロールを失います。",
    },
    directoryRole: {
      name: "Entra ディレクトリ ロール",
      meaning: "テナント全体に対するロールです。Microsoft Defender より広い範囲に及びます。",
    },
    defenderRole: {
      name: "Defender のロール",
      meaning: "Microsoft Defender ポータルで、記載された操作のみを行えます。ポータルの外では何もできません。",
    },
    connectedOrganization: {
      name: "接続された組織",
      meaning: "MSSP のテナントの担当者がアクセス パッケージを要求できます。これだけでは何の権限も与えられません。",
    },
    tenantTrust: {
      name: "MSSP のテナントへの信頼",
      meaning:
        "このテナントは、MSSP のテナントの多要素認証など、この項目に記載されたものを受け入れます。これだけではアクセス権は与えられません。",
    },
    conditionalAccessPolicy: {
      name: "条件付きアクセス ポリシー",
      meaning:
        "MSSP のテナントの担当者がサインイン時に満たす必要がある条件です。お客様の組織のユーザーには適用されません。",
    },
    accessPackage: {
      name: "アクセス パッケージ",
      meaning: "要求し、承認された人が、限られた期間だけグループのメンバーになります。",
    },
    application: {
      name: "アプリの登録",
      meaning: "テナントにある SIEM コネクタの登録です。下記のアクセス許可にあることだけを行えます。",
    },
    servicePrincipal: {
      name: "エンタープライズ アプリケーション",
      meaning: "SIEM がテナントにサインインするための ID です。削除すると、アラートは読み取れなくなります。",
    },
    clientSecret: {
      name: "クライアント シークレット",
      meaning: "SIEM コネクタのパスワードです。このページには有効期限だけを記載し、値は記載しません。",
    },
    certificate: {
      name: "証明書",
      meaning: "SIEM コネクタがサインインに使う証明書です。テナントにあるのは公開部分だけです。",
    },
    federatedCredential: {
      name: "フェデレーション資格情報",
      meaning: "MSSP の特定のワークロードが、シークレットなしで SIEM コネクタとしてサインインできます。",
    },
    permission: {
      name: "API のアクセス許可",
      meaning: "SIEM コネクタがこの API で行えることです。Read という名前のアクセス許可では何も変更されません。",
    },
    notificationRule: {
      name: "メール通知ルール",
      meaning: "Microsoft Defender が、記載された重大度のアラートについて、記載された宛先にメールを送信します。",
    },
    detectionRule: {
      name: "検出ルール",
      meaning:
        "お客様の Microsoft Defender で自動的に実行され、アラートを発生させるクエリです。自動アクションがある場合は、見つけた対象への操作も行います。",
    },
    siemAuthorization: {
      name: "SIEM の承認",
      meaning: "SIEM コネクタが、Microsoft が非推奨とした従来のアラート API でアラートを読み取れます。",
    },
    delegation: {
      name: "Azure Lighthouse の委任",
      meaning: "MSSP のグループが、Azure の 1 つのサブスクリプションまたはリソース グループでロールを持ちます。",
    },
    vaultSecret: {
      name: "MSSP の Key Vault にあるシークレット",
      meaning: "MSSP が SIEM 用のクライアント シークレットを保管する場所です。お客様のテナントにはありません。",
    },
    governanceGroup: {
      name: "MSSP のテナントのグループ",
      meaning:
        "ガバナンス関係が有効な間、そのメンバーはお客様のテナントにアカウントを持たずにディレクトリ ロールを持ちます。",
    },
    governanceRole: {
      name: "ガバナンス関係によるディレクトリ ロール",
      meaning: "グループのメンバーがお客様のテナントでできること。",
    },
    eligibility: {
      name: "資格のあるグループ メンバーシップ",
      meaning:
        "担当者はグループのメンバーシップを数時間だけアクティブ化できます。それまではグループのロールを持ちません。",
    },
    defenderRoleAssignment: {
      name: "Defender のロールの割り当て",
      meaning: "グループに Defender のロールを与えます。",
    },
    accessPackageCatalog: {
      name: "アクセス パッケージのカタログ",
      meaning: "アクセス パッケージと、それが与えるグループを含みます。これだけでは何の権限も与えられません。",
    },
    catalogResource: {
      name: "カタログのリソース",
      meaning: "カタログのアクセス パッケージが、このグループのメンバーシップを与えることができます。",
    },
    accessPackageResource: {
      name: "アクセス パッケージのロール",
      meaning: "アクセス パッケージを持つ人が、このグループのメンバーになります。",
    },
    assignmentPolicy: {
      name: "割り当てポリシー",
      meaning: "誰がアクセス パッケージを要求でき、誰が承認し、いつ終了するかを定めます。",
    },
    redirectUri: {
      name: "リダイレクト URI",
      meaning: "SIEM コネクタへのサインインが完了する場所です。これだけでは何の権限も与えられません。",
    },
    requestedPermission: {
      name: "要求された API のアクセス許可",
      meaning: "アプリの登録が要求するものです。同意がなければ何の権限も与えられません。",
    },
    lighthouseAssignment: {
      name: "Azure Lighthouse の割り当て",
      meaning: "委任が適用されるサブスクリプションまたはリソース グループです。",
    },
    sentinelRole: {
      name: "Microsoft Sentinel ロール",
      meaning:
        "グループのメンバーは、この Microsoft Sentinel ワークスペースを表示できます。Responder ではインシデントも変更できます。",
    },
    keyVault: {
      name: "MSSP の Key Vault",
      meaning: "MSSP がシークレットを保管する場所です。お客様のテナントにはありません。",
    },
    vaultReader: {
      name: "MSSP の Key Vault にあるシークレットの閲覧者",
      meaning: "MSSP でシークレットを読み取れる者です。お客様のテナントにはありません。",
    },
    resourceGroup: {
      name: "MSSP のリソース グループ",
      meaning: "Key Vault を含みます。お客様のテナントにはありません。",
    },
    unknown: {
      name: "不明な種類のオブジェクト",
      meaning:
        "MSSP の拡張機能が管理しています。何の権限を与えるかはこのページではわかりません。MSSP にお問い合わせください。",
    },
  },
  roles: {
    "SecurityAlert.Read.All": "Microsoft Defender のアラートを読み取ります。",
    "SecurityIncident.Read.All": "Microsoft Defender のインシデントを読み取ります。",
    "ThreatHunting.Read.All":
      "高度な追及のデータ (デバイス、メールボックス、ID、クラウド アプリのイベント) を照会します。",
    "SecurityAlert.ReadWrite.All": "アラートの状態、割り当て、分類、判定、コメントを変更します。",
    "SecurityIncident.ReadWrite.All": "インシデントの状態、割り当て、分類、判定、タグ、コメントを変更します。",
    "Machine.Read.All": "デバイスの一覧と、応答アクションの状態を読み取ります。",
    "Machine.Isolate": "デバイスをネットワークから分離し、分離を解除します。",
    "Machine.Scan": "デバイスでウイルス対策スキャンを開始します。",
    "Machine.CollectForensics": "デバイスから調査パッケージを収集し、ダウンロードします。",
    "Machine.LiveResponse": "デバイスでライブ応答のコマンドを実行します。",
    "Ti.ReadWrite": "ファイル、アドレス、URL、証明書をブロックする独自のインジケーターを作成、変更、削除します。",
  },
  approval:
    "SIEM コネクタは、ReadWrite、Machine、Ti という名前のアクセス許可が示す変更を行えます。{approver} が {until} まで承認しました。",
  detectionApproval:
    "表に記載がある検出ルールは自動的に操作を行います。{actionsApprover} が {actionsUntil} まで次のアクションを承認しました: {actions}",
  title: "{customer} の Microsoft Defender に対する {mssp} のアクセス",
  subtitleBefore: "{mssp} がお客様のテナント {tenant} に作成するものです。{date} 現在。",
  subtitleAfter: "{mssp} がお客様のテナント {tenant} に持つものです。{date} 現在。",
  contact: "ご質問は {contact} まで",
  noSecret:
    "このページには、パスワード、シークレット、トークンは含まれていません。お客様の組織の誰が読んでも問題ありません。",
  mail: {
    subject: "{mssp} による Microsoft Defender へのアクセスについて",
    before:
      "ご担当者様\n\n{mssp} は、{customer} の Microsoft Defender の監視を開始する予定です。添付のページに、お客様のテナント {tenant} に作成するすべてのもの、それぞれで可能になること、弊社を介さずに確認および終了する方法を記載しています。\n\n同意される前にお読みください。同意されるまで、何も作成されません。ご質問: {contact}。",
    after:
      "ご担当者様\n\n{mssp} は、{customer} の Microsoft Defender を監視しています。添付のページに、お客様のテナント {tenant} にあるすべてのもの、それぞれで可能なこと、有効期限、弊社を介さずに確認および終了する方法を記載しています。\n\nお客様のテナントと照合し、相違があれば次の連絡先にお知らせください: {contact}。",
    consent: "同意するには、管理者として次のページを開いてください: {link}",
  },
  consent: {
    titleBefore: "同意の前に",
    titleAfter: "お客様が同意したアプリケーション",
    intro:
      "Microsoft はアプリケーションごとにページを表示します。グローバル管理者または特権ロール管理者として承諾してください。",
    see: "ページには、アプリケーションの名前、発行元、および次のアクセス許可が Microsoft の言葉で表示されます。「未確認」は、Microsoft が発行元を確認していないことを意味します。その場合は、アプリケーション ID をページのアドレスの client_id と照合してください。",
    more: "名前とアクセス許可が一致する場合にのみ承諾してください。ページにそれ以上のものがある場合は、先にお問い合わせください。",
    undo: "取り消すには、Microsoft Entra 管理センター ({entra}) の [Enterprise applications > 対象のアプリケーション > Properties > Delete] でアプリケーションを削除してください。",
    uses: {
      automation: "{mssp} の自動化アプリケーション",
      preview: "{mssp} のプレビュー アプリケーション",
      connector: "SIEM コネクタ: {mssp} のアプリケーション",
    },
    name: "名前",
    applicationId: "アプリケーション ID",
    permission: "Microsoft の言葉 (英語)",
    permissionName: "アクセス許可",
    defender:
      "RoleManagement.ReadWrite.Defender に対する Microsoft の言葉は「Read」だけですが、このアクセス許可は Defender のロールの書き込みも行います。",
    link: "Microsoft の同意ページを開く",
    extension:
      "{mssp} は拡張機能を使用しており、このページにないものを作成する場合があります。オンボーディング後のページに記載されます。",
    none: "SIEM コネクタに同意ページは必要ありません。お客様ご自身のテナントのアプリケーションです。",
  },
  who: {
    title: "誰が何をいつまでできるか",
    people: "お客様の Microsoft Defender で作業できる {mssp} の担当者: {names}。",
    nobody: "{mssp} の担当者は、お客様のテナントにアカウントを持ちません。",
    onRequest: "{mssp} の担当者は、要求して承認された場合にのみ、期間を限ってアクセスできます。",
    siemReads: "{mssp} の SIEM はアラートを読み取るだけで、何も変更しません。",
    siemWrites: "{mssp} の SIEM はアラートを読み取り、表に示すものを変更できます。",
    noSiem: "{mssp} の SIEM にはアクセス権がありません。",
    automation:
      "{mssp} の自動化アプリケーションが、これらすべてを作成および削除します。いつでも削除できます。削除後、このアプリケーションは何も変更できません。{mssp} の担当者と SIEM は、お客様が終了するまで、表に示された権限を保持します。",
    columns: {
      who: "誰が",
      by: "何によって",
      may: "できること",
      mayNot: "できないこと",
      until: "いつまで",
    },
    automationRow: "{mssp} の自動化",
    previewRow: "{mssp} のプレビュー",
    siemRow: "{mssp} の SIEM",
    requestRow: "要求して承認された {mssp} の担当者",
    groupRow: "{mssp} のグループのメンバー",
    automationMay: "このページのすべてを作成、変更、削除する。",
    widens: "AppRoleAssignment.ReadWrite.All により、ほかのあらゆるアクセス許可を自身に与えることもできる。",
    widensAll: "そのアクセス許可がある間は、制限がない。",
    othersNot: "アクセス許可に含まれないこと。",
    previewMay: "お客様のテナントの設定を読み取る。",
    changeNot: "お客様のテナントで何かを変更する。",
    untilDeleted: "期限なし: お客様が削除するまで",
    afterApproval: "承認のたびに {days} 日間",
    eligible: "有効化後の数時間:",
    nothing: "それだけでは Defender で何もできない。",
    directoryRole: "Microsoft のディレクトリ ロール {role} で許可されるすべて (テナント全体)。",
    rawNames: "権限の名前",
    capabilities: {
      seeAlerts: "アラート、インシデント、デバイスを表示し、そのイベントを検索する。",
      manageAlerts: "アラートとインシデントを割り当て、分類し、閉じる。",
      respond: "デバイスを分離し、スキャンを開始し、修復を承認する。",
      liveResponse: "デバイスでコマンドを実行し (ライブ応答)、ファイルを収集する。",
      vulnerabilities: "脆弱性を表示し、例外とベースラインを設定する。",
      mail: "メールを読む、または解放する。",
      settings: "セキュリティ設定や権限を変更する。",
    },
    pictureTitle: "誰が何に到達するか",
    pictureText: "左の {mssp} から、右の、その担当者と SIEM ができることまで。各ボックスは表の行につながります。",
    pictureColumns: {
      mssp: "MSSP (弊社)",
      who: "誰が",
      by: "何によって",
      identity: "グループまたは ID",
      right: "権限",
    },
  },
  objects: {
    titleBefore: "作成されるもの",
    titleAfter: "お客様のテナントに弊社が持つもの",
    intro:
      "この表には、このアクセスのために MSSP のプログラムが管理するものがすべて記載されています。お客様の管理者が与えたもの、つまり MSSP の自動化アプリケーションとプレビュー アプリケーションへの同意、および担当者が持つアクセス パッケージは、表には含まれません。",
    kind: "種類",
    name: "名前",
    meaning: "意味",
    who: "保持者",
    objectId: "オブジェクト ID",
    since: "開始日",
    until: "終了日",
  },
  ends: { title: "終了するものとその時期", intro: "期限のないものは、{mssp} またはお客様が削除するまで残ります。" },
  retirements: {
    title: "Microsoft が提供を終了するもの",
    intro: "このアクセスが使用しており、Microsoft が終了を発表している製品とインターフェイスです。",
    what: "対象",
    when: "時期",
    successor: "後継",
    usedBy: "使用箇所",
    ended: "終了済み: {date}",
    mayBeOff: "サポート終了。{date} 以降は停止している可能性があります",
    ends: "終了予定: {date}",
    undated: "日付は公表されていません",
  },
  check: {
    title: "{mssp} を信頼せずに確認する",
    intro:
      "このページのリンクではなく、ご自身のブックマークからテナントにサインインしてください。オブジェクト ID を上の表と照合してください。メニュー名は英語で記載しています。",
    analysts:
      "担当者: Microsoft Entra 管理センター ({entra}) の [Users]、ユーザーの種類 [Guest]。表の各グループを開き、メンバーを照合してください。",
    roles:
      "ロール: Microsoft Defender ポータルの [Settings > Microsoft Defender XDR > Permissions and roles]。ディレクトリ ロール: Entra 管理センターの [Roles and administrators]。",
    packages:
      "アクセス パッケージ: Entra 管理センターの [Identity Governance]、カタログ [MSSP Accesses]。誰がどのパッケージを持つかが表示されます。",
    connector:
      "SIEM コネクタ: Entra 管理センターの [App registrations] と [Enterprise applications]。アプリケーション ID、アクセス許可、資格情報を照合してください。",
    logs: "行われた操作: Entra 管理センターの [Audit logs] と [Sign-in logs]。表のゲストとアプリケーションで絞り込んでください。",
    notifications: "メール通知: Microsoft Defender ポータルの [Settings > Endpoints > General > Email notifications]。",
    detections:
      "検出ルール: Microsoft Defender ポータルの [Investigation & response > Hunting > Custom detection rules]。",
    trust:
      "信頼とサインインの条件: Microsoft Entra 管理センター ({entra}) の [External Identities > Cross-tenant access settings] と [Conditional Access > Policies]。",
    azure: "Azure: Azure portal の [Service providers]。",
    sentinel:
      "Microsoft Sentinel: Azure portal、ワークスペースのリソース グループ、アクセス制御 (IAM)、ロールの割り当て。",
    guestLimits:
      "ゲストは、検疫からのメッセージの解放、テナント許可/ブロック リストの変更、脅威エクスプローラーの表示ができません。これらの作業には、お客様のテナントのアカウントが必要です。",
  },
  notLooked: {
    title: "このページで確認していないもの",
    intro:
      "次の方法でもアクセス権が与えられることがあります。{mssp} のプログラムはこれらを確認せず、このページには記載されていません。ご自身で確認してください (表は英語です)。",
    fromRecord: "このページは {mssp} の記録から作成され、お客様のテナントとは照合されていません。",
    what: "項目",
    look: "確認する場所",
  },
  signature: {
    title: "署名",
    notSigned: "署名されていません。これらのファイルを持つ人は、ハッシュも含めて変更できます。",
    signed:
      "ステップ {step}。{mssp} がキー `{key}` で署名しました。前のステップのダイジェスト: `{previous}`。\n署名は、署名者、署名後に変更がないこと、ステップの順序を、お客様が保管している最後のダイジェストに対して証明します。キーは {mssp} が持っています。お客様が保管しているダイジェストがなければ、キーの所有者がすべてのステップを書き換えた可能性があります。\n各ステップのダイジェストを保管してください。このページの隣にあるファイル `{file}` の SHA-256 です。\n{mssp} なしでこのステップを検証するには、公開キーを別の経路で入手し、そのファイルのフォルダーで次の行を実行してください。",
    mail: "この署名済みステップのダイジェスト（保管用）:",
  },
  stop: {
    title: "ご自身で終了する",
    intro: "誰の助けも必要ありません。次の順序で行うと、自動的に元に戻ることはありません。",
    people: {
      automationConsent:
        "[Enterprise applications] で MSSP の自動化アプリケーションを削除します。以後、{mssp} はお客様のテナントで何も変更できません。",
      previewConsent:
        "MSSP のプレビュー アプリケーションに同意した場合は、同じ場所でそれも削除します。以後、{mssp} はお客様のテナントの設定を読み取れません。",
      directoryRoleEligibility:
        "MSSP のゲストやグループがディレクトリ ロールの資格を与えられている場合は、取り消してください。Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove。",
      accessPackageAssignment:
        "担当者が持つアクセス パッケージを終了します。Entra admin center > Identity Governance > Access packages > Assignments > Remove。",
      refreshToken:
        "従来のアラート API のためにサインインしたアカウントのセッションを取り消します。Entra admin center > Users > 該当アカウント > Revoke sessions。取り消さない場合、MSSP の SIEM は更新トークンを引き続き使用できます。",
      governanceRelationship:
        "ガバナンス関係を終了します。Microsoft Entra admin center ({entra})、Tenant governance > Governing tenants > {mssp} のテナント > Terminate governance。Microsoft がそのロールとアプリケーションを削除します。",
      gdapRelationship:
        "MSSP がお客様の Microsoft パートナーである場合は、その委任された管理者特権を終了します。Microsoft 365 admin center > Settings > Partner relationships。",
    },
    endsWith: "同時に終了するもの:",
  },
  stays: {
    tokens:
      "以前に発行されたアクセス トークンは、期限が切れるまで有効です (既定では 60 ~ 90 分。継続的アクセス評価では、アカウントのセッションを取り消さない限り最長 28 時間)。",
    restorable:
      "Entra は、削除されたユーザー、グループ、アプリケーションを 30 日間保持し、その間は管理者が復元できます。削除されている間はアクセスを与えません。",
    vault:
      "Azure は、削除された Key Vault とそのシークレットをコンテナーの保持期間中保持し、その間は MSSP が回復できます。",
  },
  certificate: {
    proven: "調べたどの経路でも、{mssp} は {customer} にアクセスできません",
    toConfirm: "お客様に残っている作業を除き、{mssp} の {customer} へのアクセスは見つかりませんでした",
    accessLeft: "{mssp} はまだ {customer} にアクセスできます",
    left: "お客様に残っている作業",
    removed: "削除されたもの",
    removedOn: "削除日 (UTC)",
    stays: "残るものとその理由",
    logs: "Microsoft Entra と Microsoft Purview のログの記録は誰も削除できません。ライセンスの保持期間が過ぎると消えます。",
    rules: "サービスの一覧には、削除された検出ルールが数時間表示されることがあります。",
    agreed: "これを示す連続した確認の回数: {agreed}、最後は {last} UTC。",
    later: "これでは不十分です。{later} UTC より後に作成されたページを {mssp} に求めてください。",
    consentEnded:
      "{ended} UTC に、Entra は {mssp} の自動化アプリケーションのサインインを拒否しました。そのアプリケーションはもうお客様のテナントにありません。{last} UTC からその時点までの間は誰も確認していません。",
    looked: "確認したもの",
    cli: "Azure CLI を使う場合",
    evidence: "{mssp} が行ったことの証拠",
  },
  footer:
    "メニューは Microsoft のドキュメントに従っています。その後 Microsoft が変更した可能性があります。これらの手順は実際のテナントで試されていません。",
};
